/** What a client proves itself with: its secrets, never their values, and its keys. */
import { Button, Text } from '@mantine/core'
import { Link, useParams } from '@tanstack/react-router'
import { KeyRound, Trash2 } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { z } from 'zod'
import { type Client, readClient } from '#contract/client.ts'
import { type clientSecret, deleteSecret, listSecrets } from '#contract/client-secret.ts'
import { useRead, useWrite } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { confirm } from '../../parts/dialog/confirm.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import type { Column } from '../../parts/list/column.ts'
import { Section } from '../../parts/page/page.tsx'
import { ProblemAlert } from '../../parts/show/problem.tsx'
import { ShortList } from '../../parts/show/short-list.tsx'
import { Status } from '../../parts/show/status.tsx'
import { relativeTime, Time } from '../../parts/show/time.tsx'
import { ClientSecretDialog } from './client-secret-dialog.tsx'
import { hasSecret, methodNames } from './client-values.ts'
import { NewSecret } from './new-secret.tsx'

type ClientSecret = z.output<typeof clientSecret>

export function ClientCredentials(): ReactNode {
  const { realm, clientId } = useParams({ from: '/realms/$realm/clients/$clientId/credentials' })
  const client = useRead(readClient, { params: { realm, client_id: clientId } }).data?.value
  if (client === undefined) return null
  return (
    <>
      {hasSecret(client.token_endpoint_auth_method) ? (
        <Secrets realm={realm} client={client} />
      ) : (
        <Section title="Secrets">
          <Text size="sm">
            This client has no secret: its method is “{methodNames[client.token_endpoint_auth_method]}”.{' '}
            <ToSettings realm={realm} clientId={clientId}>
              Change the method
            </ToSettings>
          </Text>
        </Section>
      )}
      <Keys realm={realm} client={client} />
    </>
  )
}

function ToSettings({ realm, clientId, children }: { realm: string; clientId: string; children: string }): ReactNode {
  return (
    <Link to="/realms/$realm/clients/$clientId" params={{ realm, clientId }} className="text">
      {children}
    </Link>
  )
}

const soonSeconds = 30 * 86_400

const columns: readonly Column<ClientSecret>[] = [
  { id: 'label', title: 'Label', kind: 'text', render: (secret) => nameOf(secret) },
  { id: 'kind', title: 'Made', kind: 'text', value: ({ kind }) => (kind === 'typed' ? 'typed' : 'generated') },
  { id: 'created_at', title: 'Created', kind: 'time' },
  { id: 'expires_at', title: 'Expires', kind: 'time', render: ({ expires_at }) => <Expiry at={expires_at} /> },
  {
    id: 'last_used_at',
    title: 'Last used',
    kind: 'time',
    render: ({ last_used_at }) => (last_used_at === null ? 'never' : <Time at={last_used_at} show="relative" />),
  },
]

function nameOf({ label, created_at }: ClientSecret): string {
  return label === '' ? `Secret of ${new Date(created_at * 1000).toISOString().slice(0, 10)}` : label
}

function Expiry({ at }: { at: number | null }): ReactNode {
  if (at === null) return 'never'
  const isNear = isSoon(at)
  const shown = <Time at={at} show={isNear ? 'relative' : 'local'} />
  return isNear ? <Status tone="warning">{shown}</Status> : shown
}

function isSoon(at: number): boolean {
  return at < Date.now() / 1000 + soonSeconds
}

function Secrets({ realm, client }: { realm: string; client: Client }): ReactNode {
  const { client_id, built_in } = client
  const params = { realm, client_id }
  const { data, error, refetch } = useRead(listSecrets, { params })
  const { mutateAsync: end } = useWrite(deleteSecret)
  const [isAsking, setAsking] = useState(false)
  const [secret, setSecret] = useState<string>()
  const mayWrite = useMayWrite(realm) && !built_in
  const secrets = data?.value.items ?? []
  const ask = (one: ClientSecret) =>
    void confirm({
      title: `End “${nameOf(one)}”?`,
      body: <Ending secret={one} isLast={secrets.length === 1} />,
      confirm: 'End secret',
      isDangerous: true,
      run: async () => {
        await end({ params: { ...params, id: one.id }, body: undefined })
        tellDone('The secret is dead')
      },
    })
  return (
    <Section
      title="Secrets"
      actions={
        mayWrite && (
          <Button leftSection={<KeyRound size={15} aria-hidden />} onClick={() => setAsking(true)}>
            Set new secret
          </Button>
        )
      }
    >
      {error !== null && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      {data && (
        <ShortList
          label="Secrets"
          rows={secrets}
          columns={columns}
          idOf={({ id }) => id}
          nameOf={nameOf}
          empty="It has no secret that works: it cannot authenticate. Set a new one."
          {...(mayWrite && { actions: [{ label: 'End', icon: Trash2, isDangerous: true, run: ask }] })}
        />
      )}
      <Text size="xs" c="dimmed" mt="sm">
        Only digests are kept: nobody can show a secret again.
      </Text>
      {isAsking && (
        <NewSecret
          params={params}
          hasOthers={secrets.length > 0}
          onClose={() => setAsking(false)}
          onDone={(generated) => {
            setAsking(false)
            setSecret(generated)
          }}
        />
      )}
      <ClientSecretDialog realm={realm} clientId={client_id} secret={secret} onClose={() => setSecret(undefined)} />
    </Section>
  )
}

function Ending({ secret, isLast }: { secret: ClientSecret; isLast: boolean }): ReactNode {
  const used = secret.last_used_at
  return (
    <Text size="sm">
      {used === null ? 'It was never used. ' : `It was last used ${relativeTime(used)}. `}
      Whoever still has it is refused from now on.
      {isLast && ' It is the only one: until a new one is set, the client cannot authenticate.'} This cannot be undone.
    </Text>
  )
}

type Key = NonNullable<Client['jwks']>['keys'][number]

function told(key: Key, member: string): string | undefined {
  const value = key[member]
  return typeof value === 'string' ? value : undefined
}

const keyColumns: readonly Column<Key>[] = [
  { id: 'kid', title: 'Key ID', kind: 'code' },
  { id: 'kty', title: 'Type', kind: 'text', value: (key) => [key.kty, told(key, 'crv')].filter(Boolean).join(' ') },
  { id: 'alg', title: 'Algorithm', kind: 'text', value: (key) => told(key, 'alg') },
  { id: 'use', title: 'Use', kind: 'text', value: (key) => told(key, 'use') },
]

function Keys({ realm, client }: { realm: string; client: Client }): ReactNode {
  const { client_id: clientId, jwks, jwks_uri } = client
  return (
    <Section title="Keys">
      {jwks_uri === null ? (
        <ShortList
          label="Keys"
          rows={jwks?.keys ?? []}
          columns={keyColumns}
          idOf={(key) => JSON.stringify(key)}
          nameOf={({ kid }) => kid ?? 'key'}
          empty="None. They are for clients that sign their assertions with a key of their own."
        />
      ) : (
        <Text size="sm">
          Fetched from <code>{jwks_uri}</code>
        </Text>
      )}
      <Text size="sm" mt="sm">
        <ToSettings realm={realm} clientId={clientId}>
          Change them in the settings
        </ToSettings>
      </Text>
    </Section>
  )
}
