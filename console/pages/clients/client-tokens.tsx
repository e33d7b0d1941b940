/** What users have allowed a client, and still holds; one ends, or all. */
import { Button, Text } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { Ban } from 'lucide-react'
import type { ReactNode } from 'react'
import { listGrants, revokeGrants } from '#contract/grant.ts'
import { revokeGrant } from '#contract/realm-lists.ts'
import { useWrite } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { confirm } from '../../parts/dialog/confirm.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import type { Column, RowOf } from '../../parts/list/column.ts'
import { List } from '../../parts/list/list.tsx'
import { count } from '../../parts/show/text.ts'
import { grantNames, grantNoun } from './client-values.ts'

type Grant = RowOf<typeof listGrants>

const columns: readonly Column<Grant>[] = [
  { id: 'username', title: 'User', kind: 'text' },
  {
    id: 'kind',
    title: 'By',
    kind: 'text',
    render: ({ kind }) => (kind === 'device_code' ? 'Device code' : grantNames[kind]),
  },
  { id: 'scope', title: 'Scopes', kind: 'tags' },
  { id: 'offline', title: 'Lives', kind: 'flag', words: ['Beyond the session', 'With the session'] },
  { id: 'created_at', title: 'Created', kind: 'time' },
  { id: 'auth_time', title: 'Signed in', kind: 'time', isOptional: true },
  { id: 'expires_at', title: 'Expires', kind: 'time' },
]

function nameOf({ username }: Grant): string {
  return `the grant of ${username}`
}

export function ClientTokens(): ReactNode {
  const { realm, clientId } = useParams({ from: '/realms/$realm/clients/$clientId/tokens' })
  const mayWrite = useMayWrite(realm)
  const revoke = useRevoke(realm, clientId)
  return (
    <>
      <Text size="sm" mb="sm" c="dimmed">
        Each is a family of tokens that descends from one authorization. Tokens that the client got in its own name are
        not kept one by one: “Revoke all” ends them too.
      </Text>
      <List
        name="client-grants"
        noun={grantNoun}
        operation={listGrants}
        params={{ realm, client_id: clientId }}
        columns={columns}
        idOf={({ id }) => id}
        nameOf={nameOf}
        {...(mayWrite && {
          actions: [{ label: 'Revoke', icon: Ban, isDangerous: true, key: 'Delete', run: (one) => revoke.some([one]) }],
          bulk: [{ label: 'Revoke', icon: Ban, isDangerous: true, run: (rows) => revoke.ask(rows) }],
          create: (
            <Button variant="default" c="var(--bad)" leftSection={<Ban size={15} aria-hidden />} onClick={revoke.all}>
              Revoke all
            </Button>
          ),
        })}
        empty={{ title: 'No live grants', text: 'When a user signs in and the client gets tokens, it is here.' }}
      />
    </>
  )
}

function useRevoke(realm: string, client_id: string) {
  const { mutateAsync: revokeOne } = useWrite(revokeGrant)
  const { mutateAsync: revokeAll } = useWrite(revokeGrants)
  const ask = (grants: readonly Grant[]) =>
    confirm({
      title:
        grants.length === 1
          ? `Revoke the grant of ${grants[0]?.username}?`
          : `Revoke ${count(grants.length, grantNoun)}?`,
      body: <Text size="sm">Every token that descends from it is dead at once. The user has to sign in again.</Text>,
      confirm: 'Revoke',
      isDangerous: true,
      run: async () => {
        for (const { id } of grants) {
          await revokeOne({ params: { realm, client_id, grant_id: id }, body: undefined })
        }
        tellDone(`${count(grants.length, grantNoun)} revoked`)
      },
    })
  const all = () =>
    void confirm({
      title: `Revoke all tokens of ${client_id}?`,
      body: (
        <Text size="sm">
          Those of its users and its own are dead at once, everywhere. Users have to sign in again; the client itself
          may ask for new ones.
        </Text>
      ),
      confirm: 'Revoke all',
      isDangerous: true,
      run: async () => {
        await revokeAll({ params: { realm, client_id }, body: undefined })
        tellDone('All tokens are revoked')
      },
    })
  return { ask, some: (grants: readonly Grant[]) => void ask(grants), all }
}
