/** What the list of clients shows. */
import { Text } from '@mantine/core'
import type { Client } from '#contract/client.ts'
import type { Column } from '../../parts/list/column.ts'
import { Enabled, Mark, Status } from '../../parts/show/status.tsx'
import { duration } from '../../parts/show/text.ts'
import { Nothing } from '../../parts/show/time.tsx'
import { grantNames } from './client-values.ts'

const types = [
  { value: 'none', label: 'Public' },
  { value: 'client_secret', label: 'Confidential, secret' },
  { value: 'private_key_jwt', label: 'Confidential, key' },
] as const

function trace(of: Client['access_token']) {
  if (of === null) return <Nothing />
  return (
    <Status tone={of.state === 'issued' ? 'good' : 'off'}>
      <code>{of.fingerprint}</code> {of.state}
    </Status>
  )
}

/** A dash would say that tokens live for ever. */
function AsTheRealm() {
  return (
    <Text span inherit c="dimmed">
      as the realm
    </Text>
  )
}

export const clientColumns: readonly Column<Client>[] = [
  {
    id: 'client_id',
    title: 'Client ID',
    kind: 'text',
    render: ({ client_id, built_in }) => (
      <>
        <span title={client_id}>{client_id}</span>
        {built_in && <Mark>Built-in</Mark>}
      </>
    ),
  },
  { id: 'client_name', title: 'Name', kind: 'text' },
  {
    id: 'enabled',
    title: 'Enabled',
    kind: 'flag',
    words: ['Enabled', 'Disabled'],
    render: (c) => <Enabled is={c.enabled} />,
  },
  { id: 'client_uri', title: 'URI', kind: 'text' },
  { id: 'code_created_at', title: 'Code created at', kind: 'time' },
  { id: 'token_created_at', title: 'Token created at', kind: 'time' },
  {
    id: 'expires_in',
    title: 'Expires in',
    kind: 'duration',
    render: ({ expires_in }) => (expires_in === null ? <AsTheRealm /> : duration(expires_in)),
  },
  { id: 'passthru_user', title: 'Passthru user', kind: 'text' },
  {
    id: 'token_endpoint_auth_method',
    title: 'Type',
    kind: 'text',
    isOptional: true,
    options: types,
    render: ({ token_endpoint_auth_method: method }) => types.find(({ value }) => method.startsWith(value))?.label,
  },
  {
    id: 'grant_types',
    title: 'Grant types',
    kind: 'tags',
    isOptional: true,
    options: Object.entries(grantNames).map(([value, label]) => ({ value, label })),
    value: ({ grant_types }) => grant_types.map((type) => grantNames[type] ?? type),
  },
  { id: 'scope', title: 'Scopes', kind: 'tags', isOptional: true },
  { id: 'redirect_uris', title: 'Redirect URIs', kind: 'tags', isOptional: true },
  { id: 'redirect_uri', title: 'Last redirect URI', kind: 'text', isOptional: true },
  {
    id: 'authorization_code',
    title: 'Last code',
    kind: 'text',
    isOptional: true,
    render: (c) => trace(c.authorization_code),
  },
  { id: 'access_token', title: 'Last token', kind: 'text', isOptional: true, render: (c) => trace(c.access_token) },
  { id: 'last_used_at', title: 'Last used', kind: 'time', isOptional: true },
  { id: 'last_address', title: 'Last address', kind: 'text', isOptional: true },
  {
    id: 'last_error',
    title: 'Last error',
    kind: 'text',
    isOptional: true,
    render: (c) => (c.last_error === null ? <Nothing /> : <code>{c.last_error}</code>),
  },
  { id: 'last_error_at', title: 'Last error at', kind: 'time', isOptional: true },
  { id: 'secret_expires_at', title: 'Secret expires', kind: 'time', isOptional: true },
  { id: 'created_at', title: 'Created', kind: 'time', isOptional: true },
  { id: 'updated_at', title: 'Changed', kind: 'time', isOptional: true },
]
