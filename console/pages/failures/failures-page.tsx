/** Failed sign-ins of the last day: whom they slow, and letting somebody in again at once. */
import { Button, Text } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { LockOpen, RefreshCw } from 'lucide-react'
import { type ReactNode, useMemo } from 'react'
import { releaseLogin } from '#contract/login-failures.ts'
import { useWrite } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import type { RowAction } from '../../parts/list/action.ts'
import type { Column } from '../../parts/list/column.ts'
import { Page, Section } from '../../parts/page/page.tsx'
import { ObjectLink } from '../../parts/show/object-link.tsx'
import { ProblemAlert, tellProblem } from '../../parts/show/problem.tsx'
import { ShortList } from '../../parts/show/short-list.tsx'
import { Status } from '../../parts/show/status.tsx'
import { relativeTime } from '../../parts/show/time.tsx'
import { eventTabs } from '../events/event-tabs.ts'
import { type Failing, type Guessing, useFailures } from './failures.ts'

const addressColumns: readonly Column<Guessing>[] = [
  { id: 'address', title: 'Address', kind: 'code' },
  { id: 'failed', title: 'Failed, 24 hours', kind: 'number' },
  { id: 'lastAt', title: 'Last', kind: 'time' },
]

export function FailuresPage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/events/failed-logins' })
  const { failing, guessing, unasked, isLoading, error, refresh } = useFailures(realm)
  const columns = useMemo(() => columnsOf(realm), [realm])
  const actions = useRelease(realm)
  return (
    <Page
      title="Failed sign-ins"
      tabs={eventTabs(realm)}
      lead="Ten wrong passwords in a quarter of an hour make the next try wait, longer each time and at most fifteen minutes. Nobody is ever locked out."
      actions={
        <Button variant="default" leftSection={<RefreshCw size={15} aria-hidden />} onClick={() => void refresh()}>
          Refresh
        </Button>
      }
    >
      {error !== null && <ProblemAlert error={error} onRetry={() => void refresh()} />}
      {!isLoading && error === null && (
        <>
          <Section title="Users">
            <ShortList
              label="Users with failed sign-ins"
              rows={failing}
              columns={columns}
              idOf={({ userId }) => userId}
              nameOf={({ username }) => username}
              actions={actions}
              empty="Nobody failed to sign in during the last 24 hours."
            />
            {unasked > 0 && (
              <Text size="xs" c="dimmed" mt="xs">
                And {unasked} more, whose last try is longer ago: they are among the events.
              </Text>
            )}
          </Section>
          <Section title="Names that nobody has">
            <ShortList
              label="Addresses that tried unknown names"
              rows={guessing}
              columns={addressColumns}
              idOf={({ address }) => address}
              nameOf={({ address }) => address}
              empty="No address tried a name that is not there. What was typed is kept nowhere: it may be a password."
            />
          </Section>
        </>
      )}
    </Page>
  )
}

function columnsOf(realm: string): readonly Column<Failing>[] {
  return [
    {
      id: 'username',
      title: 'User',
      kind: 'text',
      render: ({ userId, username }) => <ObjectLink of={{ realm, kind: 'user', id: userId, name: username }} />,
    },
    { id: 'retryAt', title: 'Now', kind: 'text', render: (row) => <Now of={row} /> },
    { id: 'failed', title: 'Failed, 24 hours', kind: 'number' },
    { id: 'lastAt', title: 'Last', kind: 'time' },
    { id: 'addresses', title: 'From', kind: 'tags' },
  ]
}

function Now({ of: { counted, retryAt } }: { of: Failing }): ReactNode {
  if (counted === undefined) return '…'
  if (retryAt !== null) return <Status tone="bad">{`May try again ${relativeTime(retryAt)}`}</Status>
  if (counted > 0) return <Status tone="warning">{`${counted} counted, need not wait`}</Status>
  return <Status tone="good">Nothing counted</Status>
}

/** For those who may; what is counted at addresses stays, or a guesser would be let go with the guessed. */
function useRelease(realm: string): readonly RowAction<Failing>[] {
  const mayWrite = useMayWrite(realm)
  const { mutateAsync } = useWrite(releaseLogin)
  if (!mayWrite) return []
  const release = async ({ userId, username }: Failing) => {
    await mutateAsync({ params: { realm, id: userId }, body: undefined })
    tellDone(`${username} may sign in at once`)
  }
  return [
    {
      label: 'Release',
      icon: LockOpen,
      isOffered: ({ counted = 0 }) => counted > 0,
      run: (row) => void release(row).catch(tellProblem),
    },
  ]
}
