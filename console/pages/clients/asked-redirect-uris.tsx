/**
 * Redirect URIs that requests named and that were refused. Registering one by a click would be an open redirect with
 * one more step: whoever approves types the host, and sees what it could be mistaken for.
 */
import { Text } from '@mantine/core'
import { Check, Trash2 } from 'lucide-react'
import type { ReactNode } from 'react'
import type { z } from 'zod'
import {
  approveRedirectUri,
  type askedRedirectUri,
  forgetRedirectUri,
  listAskedRedirectUris,
} from '#contract/asked-redirect-uri.ts'
import { useRead, useWrite } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { confirm } from '../../parts/dialog/confirm.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import type { RowAction } from '../../parts/list/action.ts'
import type { Column } from '../../parts/list/column.ts'
import { ProblemAlert, tellProblem } from '../../parts/show/problem.tsx'
import { ShortList } from '../../parts/show/short-list.tsx'
import { Status } from '../../parts/show/status.tsx'
import { sentence } from '../../parts/show/text.ts'
import { Time } from '../../parts/show/time.tsx'
import styles from './clients.module.css'

type Asked = z.output<typeof askedRedirectUri>

const columns: readonly Column<Asked>[] = [
  { id: 'redirect_uri', title: 'Redirect URI', kind: 'code', render: (asked) => <Address of={asked} /> },
  { id: 'asked', title: 'Asked', kind: 'number', render: ({ asked }) => (asked === 1 ? 'once' : `${asked} times`) },
  {
    id: 'last_asked_at',
    title: 'Last',
    kind: 'time',
    render: ({ last_asked_at }) => <Time at={last_asked_at} show="relative" />,
  },
  { id: 'last_address', title: 'From', kind: 'code' },
]

function Address({ of }: { of: Asked }): ReactNode {
  return (
    <span className={styles.warnings}>
      <code>{of.redirect_uri}</code>
      <Warnings of={of} />
    </span>
  )
}

function Warnings({ of: { is_punycode, looks_like, problem } }: { of: Asked }): ReactNode {
  return (
    <>
      {looks_like !== null && <Status tone="warning">Could be mistaken for {looks_like}</Status>}
      {is_punycode && <Status tone="warning">A browser may show its host in other letters (punycode)</Status>}
      {problem !== null && <Status tone="bad">Cannot be registered: {sentence(problem)}</Status>}
    </>
  )
}

export function AskedRedirectUris({ realm, clientId }: { realm: string; clientId: string }): ReactNode {
  const params = { realm, client_id: clientId }
  const { data, error, refetch } = useRead(listAskedRedirectUris, { params }, { everyMilliseconds: 10_000 })
  const actions = useAskedActions(realm, clientId)
  const mayWrite = useMayWrite(realm)
  if (error !== null) return <ProblemAlert error={error} onRetry={() => void refetch()} />
  return (
    <ShortList
      label="Redirect URIs that were asked for"
      rows={data?.value.items ?? []}
      columns={columns}
      idOf={({ id }) => id}
      nameOf={({ redirect_uri }) => redirect_uri}
      empty="None. When a request names an address that is not registered, it is refused and noted here."
      {...(mayWrite && { actions })}
    />
  )
}

function useAskedActions(realm: string, client_id: string): readonly RowAction<Asked>[] {
  const { mutateAsync: approve } = useWrite(approveRedirectUri)
  const { mutateAsync: forget } = useWrite(forgetRedirectUri)
  const askFirst = (asked: Asked) =>
    void confirm({
      title: 'Register this redirect URI?',
      body: (
        <>
          <Text size="sm" mb="xs">
            Codes of this client may be sent there from now on. Be sure that the host is yours.
          </Text>
          <Address of={asked} />
        </>
      ),
      confirm: 'Register',
      typed: asked.host,
      run: async () => {
        await approve({ params: { realm, client_id, id: asked.id }, body: { host: asked.host } })
        tellDone('The redirect URI is registered')
      },
    })
  return [
    { label: 'Approve', icon: Check, isOffered: ({ problem }) => problem === null, run: askFirst },
    {
      label: 'Forget',
      icon: Trash2,
      run: ({ id }) => void forget({ params: { realm, client_id, id }, body: undefined }).catch(tellProblem),
    },
  ]
}
