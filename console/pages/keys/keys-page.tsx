/** The signing keys of a realm: the next, the current, and those retired whose tokens may still live. */
import { Button, Text } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { Eye, RotateCw } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { listKeys, type SigningKey } from '#contract/signing-key.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { Dialog } from '../../parts/dialog/dialog.tsx'
import type { RowAction } from '../../parts/list/action.ts'
import type { Column } from '../../parts/list/column.ts'
import { Page, Section } from '../../parts/page/page.tsx'
import { ProblemAlert } from '../../parts/show/problem.tsx'
import { ShortList } from '../../parts/show/short-list.tsx'
import { Snippet } from '../../parts/show/snippet.tsx'
import { Status, type Tone } from '../../parts/show/status.tsx'
import { Time } from '../../parts/show/time.tsx'
import { issuerOf } from '../clients/client-env.ts'
import { RotateDialog } from './rotate-dialog.tsx'

const states: Readonly<Record<SigningKey['state'], readonly [Tone, string]>> = {
  next: ['plain', 'Next'],
  current: ['good', 'Current'],
  retired: ['off', 'Retired'],
}
const order: readonly SigningKey['state'][] = ['current', 'next', 'retired']

const columns: readonly Column<SigningKey>[] = [
  { id: 'kid', title: 'Key ID (kid)', kind: 'code' },
  { id: 'alg', title: 'Algorithm', kind: 'text' },
  {
    id: 'state',
    title: 'State',
    kind: 'text',
    render: ({ state }) => <Status tone={states[state][0]}>{states[state][1]}</Status>,
  },
  { id: 'active_at', title: 'Signs from', kind: 'time', render: (key) => <Time at={key.active_at} show="both" /> },
  { id: 'retired_at', title: 'Signs until', kind: 'time', render: (key) => <Time at={key.retired_at} show="both" /> },
  { id: 'removed_at', title: 'Published until', kind: 'time', render: (k) => <Time at={k.removed_at} show="both" /> },
]

export function KeysPage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/keys' })
  const mayWrite = useMayWrite(realm)
  const { data, error, refetch } = useRead(listKeys, { params: { realm } })
  const [isRotating, setIsRotating] = useState(false)
  const [shown, setShown] = useState<SigningKey>()
  const keys = (data?.value.items ?? []).toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
  const actions: readonly RowAction<SigningKey>[] = [{ label: 'Public key', icon: Eye, run: setShown }]
  return (
    <Page
      title="Keys"
      lead={`What the tokens of the realm ${realm} are signed with. Keys change by themselves every 90 days, and the next ones are announced before.`}
      actions={
        mayWrite && (
          <Button leftSection={<RotateCw size={14} aria-hidden />} onClick={() => setIsRotating(true)}>
            Rotate now
          </Button>
        )
      }
    >
      {error !== null && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      <Section title="Signing keys">
        <ShortList
          label="Signing keys"
          rows={keys}
          columns={columns}
          idOf={({ kid }) => kid}
          nameOf={({ kid }) => kid}
          actions={actions}
          empty={data && 'No keys.'}
        />
      </Section>
      <Section title="Where APIs find them">
        <Text size="sm" mb="xs">
          The public halves, as a key set (RFC 7517). Whoever checks tokens reads it from here, and again when a key ID
          is unknown.
        </Text>
        <Snippet label="address of the key set" text={`${issuerOf(realm)}/jwks`} />
      </Section>
      {isRotating && <RotateDialog realm={realm} onClose={() => setIsRotating(false)} />}
      <Dialog opened={shown !== undefined} onClose={() => setShown(undefined)} title="Public key">
        {shown && <Snippet label="public key" text={JSON.stringify(shown.public_jwk, null, 2)} />}
      </Dialog>
    </Page>
  )
}
