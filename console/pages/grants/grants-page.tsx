/** What users have allowed clients and still holds, in a whole realm: each is a family of tokens. */
import { useParams } from '@tanstack/react-router'
import { Ban } from 'lucide-react'
import { type ReactNode, useMemo } from 'react'
import { listRealmGrants, revokeRealmGrant } from '#contract/realm-lists.ts'
import { call } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { askFirst } from '../../parts/dialog/ask-first.tsx'
import type { Column, RowOf } from '../../parts/list/column.ts'
import { List } from '../../parts/list/list.tsx'
import { Page } from '../../parts/page/page.tsx'
import { ObjectLink, objectTarget } from '../../parts/show/object-link.tsx'
import { tokenTabs } from './token-tabs.ts'

type Grant = RowOf<typeof listRealmGrants>

const noun = { one: 'grant', many: 'grants' }
const kinds = [
  { value: 'authorization_code', label: 'Authorization code' },
  { value: 'device_code', label: 'Device code' },
  { value: 'password', label: 'Password' },
]

export function GrantsPage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/tokens' })
  const mayWrite = useMayWrite(realm)
  const columns = useMemo(() => columnsOf(realm), [realm])
  const asked = useMemo(() => revoking(realm), [realm])
  return (
    <Page
      title="Tokens & sessions"
      layout="fill"
      tabs={tokenTabs(realm)}
      lead="A grant is what a user has allowed a client: the family of tokens that descends from one authorization. Tokens that a client gets in its own name are with the client."
    >
      <List
        name="grants"
        noun={noun}
        operation={listRealmGrants}
        params={{ realm }}
        columns={columns}
        idOf={idOf}
        nameOf={nameOf}
        open={({ client_id }) => objectTarget({ realm, kind: 'client', id: client_id, name: client_id })}
        {...(mayWrite && asked)}
        empty={{ title: 'No live grants', text: 'When a user signs in and a client gets tokens, it is here.' }}
      />
    </Page>
  )
}

function idOf({ id }: Grant): string {
  return id
}

function nameOf({ username, client_id }: Grant): string {
  return `the grant of ${username} for ${client_id}`
}

function revoking(realm: string) {
  return askFirst<Grant>({
    noun,
    label: 'Revoke',
    did: 'revoked',
    icon: Ban,
    isDangerous: true,
    nameOf,
    impact: ({ username, client_id }) =>
      `Every token that descends from it is dead at once. ${client_id} is refused until ${username} signs in again.`,
    impactOfMany: 'Every token that descends from them is dead at once. These users have to sign in again.',
    run: ({ id }) => call(revokeRealmGrant, { params: { realm, grant_id: id }, query: {}, body: undefined }),
  })
}

function columnsOf(realm: string): readonly Column<Grant>[] {
  return [
    { id: 'client_id', title: 'Client', kind: 'text' },
    {
      id: 'username',
      title: 'User',
      kind: 'text',
      render: ({ user_id, username }) => <ObjectLink of={{ realm, kind: 'user', id: user_id, name: username }} />,
    },
    {
      id: 'kind',
      title: 'By',
      kind: 'text',
      isOptional: true,
      options: kinds,
      render: ({ kind }) => kinds.find(({ value }) => value === kind)?.label ?? kind,
    },
    { id: 'scope', title: 'Scopes', kind: 'tags' },
    { id: 'offline', title: 'Lives', kind: 'flag', words: ['Beyond the session', 'With the session'] },
    { id: 'created_at', title: 'Created', kind: 'time' },
    { id: 'expires_at', title: 'Expires', kind: 'time' },
    { id: 'client_name', title: 'Client’s name', kind: 'text', isOptional: true },
    { id: 'auth_time', title: 'Signed in', kind: 'time', isOptional: true },
    { id: 'id', title: 'Grant’s id', kind: 'code', isOptional: true },
  ]
}
