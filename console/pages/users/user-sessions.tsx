/** Where a user is signed in, and which applications have tokens of theirs. */
import { Button, Text } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { LogOut } from 'lucide-react'
import type { ReactNode } from 'react'
import { endSession, endSessions, listSessions } from '#contract/session.ts'
import { readUser } from '#contract/user.ts'
import { useRead, useWrite } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { confirm } from '../../parts/dialog/confirm.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import type { RowAction } from '../../parts/list/action.ts'
import type { Column, RowOf } from '../../parts/list/column.ts'
import { Section } from '../../parts/page/page.tsx'
import { ProblemAlert, tellProblem } from '../../parts/show/problem.tsx'
import { ShortList } from '../../parts/show/short-list.tsx'
import { Time } from '../../parts/show/time.tsx'
import { browserOf, waysOf } from './session-words.ts'
import { UserGrants } from './user-grants.tsx'

type Session = RowOf<typeof listSessions>

const columns: readonly Column<Session>[] = [
  {
    id: 'user_agent',
    title: 'Browser',
    kind: 'text',
    render: ({ user_agent }) => <span title={user_agent}>{browserOf(user_agent)}</span>,
  },
  { id: 'address', title: 'Address', kind: 'text' },
  { id: 'auth_time', title: 'Signed in', kind: 'time', render: ({ auth_time }) => <Time at={auth_time} show="both" /> },
  { id: 'amr', title: 'By', kind: 'text', render: ({ amr }) => waysOf(amr) },
  { id: 'last_seen_at', title: 'Last seen', kind: 'time', render: (s) => <Time at={s.last_seen_at} show="relative" /> },
  {
    id: 'expires_at',
    title: 'Ends',
    kind: 'time',
    render: ({ idle_expires_at, expires_at }) => <Time at={Math.min(idle_expires_at, expires_at)} show="relative" />,
  },
]

export function UserSessions(): ReactNode {
  const { realm, id } = useParams({ from: '/realms/$realm/users/$id/sessions' })
  const mayWrite = useMayWrite(realm)
  const username = useRead(readUser, { params: { realm, id } }).data?.value.username
  const { data, error, refetch } = useRead(listSessions, { params: { realm, id } })
  const { mutateAsync: end } = useWrite(endSession)
  const { mutateAsync: endAll } = useWrite(endSessions)
  if (error !== null) return <ProblemAlert error={error} onRetry={() => void refetch()} />
  const sessions = data?.value.items ?? []
  const endOne = async (session: Session) => {
    await end({ params: { realm, id, session_id: session.id }, body: undefined })
    tellDone('The session has ended')
  }
  const actions: readonly RowAction<Session>[] = [
    { label: 'End', icon: LogOut, run: (session) => void endOne(session).catch(tellProblem) },
  ]
  const askAll = async () => {
    const isDone = await confirm({
      title: 'Sign out everywhere?',
      body: <Text size="sm">All sessions end. Tokens end with them, but for those that may outlive a session.</Text>,
      confirm: 'Sign out everywhere',
      isDangerous: true,
      run: () => endAll({ params: { realm, id }, body: undefined }),
    })
    if (isDone) tellDone('All sessions have ended')
  }
  return (
    <>
      <Section
        title="Signed in at"
        actions={
          mayWrite &&
          sessions.length > 0 && (
            <Button variant="default" leftSection={<LogOut size={14} aria-hidden />} onClick={() => void askAll()}>
              Sign out everywhere
            </Button>
          )
        }
      >
        <ShortList
          label="Sessions"
          rows={sessions}
          columns={columns}
          idOf={(session) => session.id}
          nameOf={({ user_agent, address }) => `the session of ${browserOf(user_agent)} at ${address}`}
          {...(mayWrite && { actions })}
          empty={data === undefined ? '' : 'Not signed in anywhere.'}
        />
      </Section>
      {username !== undefined && <UserGrants realm={realm} id={id} username={username} />}
    </>
  )
}
