/** Who is signed in, in a whole realm. */
import { useParams } from '@tanstack/react-router'
import { LogOut } from 'lucide-react'
import { type ReactNode, useMemo } from 'react'
import { endRealmSession, listRealmSessions } from '#contract/realm-lists.ts'
import { call } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { askFirst } from '../../parts/dialog/ask-first.tsx'
import type { Column, RowOf } from '../../parts/list/column.ts'
import { List } from '../../parts/list/list.tsx'
import { Page } from '../../parts/page/page.tsx'
import { objectTarget } from '../../parts/show/object-link.tsx'
import { tokenTabs } from '../grants/token-tabs.ts'

type Session = RowOf<typeof listRealmSessions>

const noun = { one: 'session', many: 'sessions' }
const columns: readonly Column<Session>[] = [
  { id: 'username', title: 'User', kind: 'text' },
  { id: 'address', title: 'From', kind: 'text' },
  { id: 'user_agent', title: 'Browser', kind: 'text' },
  { id: 'auth_time', title: 'Signed in', kind: 'time' },
  { id: 'last_seen_at', title: 'Last seen', kind: 'time' },
  { id: 'amr', title: 'Recognised by', kind: 'tags', isOptional: true },
  { id: 'expires_at', title: 'Ends at the latest', kind: 'time' },
  { id: 'idle_expires_at', title: 'Ends when idle', kind: 'time', isOptional: true },
  { id: 'created_at', title: 'Began', kind: 'time', isOptional: true },
]

export function SessionsPage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/tokens/sessions' })
  const mayWrite = useMayWrite(realm)
  const asked = useMemo(() => ending(realm), [realm])
  return (
    <Page
      title="Sessions"
      layout="fill"
      tabs={tokenTabs(realm)}
      lead="Who is signed in here, on which browser. A session lets a user into further clients without a password."
    >
      <List
        name="sessions"
        noun={noun}
        operation={listRealmSessions}
        params={{ realm }}
        columns={columns}
        idOf={idOf}
        nameOf={nameOf}
        open={({ user_id, username }) => objectTarget({ realm, kind: 'user', id: user_id, name: username })}
        {...(mayWrite && asked)}
        empty={{ title: 'Nobody is signed in', text: 'When a user signs in on a browser, the session is here.' }}
      />
    </Page>
  )
}

function idOf({ id }: Session): string {
  return id
}

function nameOf({ username }: Session): string {
  return `the session of ${username}`
}

function ending(realm: string) {
  return askFirst<Session>({
    noun,
    label: 'End',
    did: 'ended',
    icon: LogOut,
    isDangerous: true,
    nameOf,
    impact: ({ username }) =>
      `${username} has to sign in again on that browser. Tokens that live with the session are dead at once; those with offline access stay.`,
    impactOfMany:
      'These users have to sign in again. Tokens that live with the sessions are dead at once; those with offline access stay.',
    run: ({ id }) => call(endRealmSession, { params: { realm, session_id: id }, query: {}, body: undefined }),
  })
}
