/** What users have agreed to, and need not be asked for again. */
import { useParams } from '@tanstack/react-router'
import { Undo2 } from 'lucide-react'
import { type ReactNode, useMemo } from 'react'
import { listConsents, withdrawConsent } from '#contract/consent.ts'
import { call } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { askFirst } from '../../parts/dialog/ask-first.tsx'
import type { Column, RowOf } from '../../parts/list/column.ts'
import { List } from '../../parts/list/list.tsx'
import { Page } from '../../parts/page/page.tsx'
import { ObjectLink, objectTarget } from '../../parts/show/object-link.tsx'

type Consent = RowOf<typeof listConsents>

const noun = { one: 'consent', many: 'consents' }

export function ConsentsPage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/consents' })
  const mayWrite = useMayWrite(realm)
  const columns = useMemo(() => columnsOf(realm), [realm])
  const asked = useMemo(() => withdrawing(realm), [realm])
  return (
    <Page
      title="Consents"
      layout="fill"
      lead="What users have agreed to. A client that asks for more than that asks the user again."
    >
      <List
        name="consents"
        noun={noun}
        operation={listConsents}
        params={{ realm }}
        columns={columns}
        idOf={idOf}
        nameOf={nameOf}
        open={({ user_id, username }) => objectTarget({ realm, kind: 'user', id: user_id, name: username })}
        {...(mayWrite && asked)}
        empty={{
          title: 'No consents yet',
          text: 'Users are asked by clients that have “Require consent” on; what they agree to is here.',
        }}
      />
    </Page>
  )
}

function idOf({ user_id, client_id }: Consent): string {
  return `${user_id} ${client_id}`
}

function nameOf({ username, client_id }: Consent): string {
  return `the consent of ${username} to ${client_id}`
}

function withdrawing(realm: string) {
  return askFirst<Consent>({
    noun,
    label: 'Withdraw',
    did: 'withdrawn',
    icon: Undo2,
    isDangerous: true,
    nameOf,
    impact: ({ username, client_id }) =>
      `Every token that came of it is dead at once, and ${username} is asked again when ${client_id} asks for access.`,
    impactOfMany: 'Every token that came of them is dead at once, and these users are asked again.',
    run: ({ user_id, client_id }) =>
      call(withdrawConsent, { params: { realm, user_id, client_id }, query: {}, body: undefined }),
  })
}

function columnsOf(realm: string): readonly Column<Consent>[] {
  return [
    { id: 'username', title: 'User', kind: 'text' },
    {
      id: 'client_id',
      title: 'Client',
      kind: 'text',
      render: ({ client_id }) => <ObjectLink of={{ realm, kind: 'client', id: client_id, name: client_id }} />,
    },
    { id: 'client_name', title: 'Client’s name', kind: 'text' },
    { id: 'scope', title: 'Scopes', kind: 'tags' },
    { id: 'created_at', title: 'First given', kind: 'time' },
    { id: 'updated_at', title: 'Last given', kind: 'time' },
  ]
}
