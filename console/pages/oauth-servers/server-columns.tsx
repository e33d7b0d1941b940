/** What the list of OAuth servers shows. */
import type { OAuthServer } from '#contract/oauth-server.ts'
import type { Column } from '../../parts/list/column.ts'
import { Nothing } from '../../parts/show/time.tsx'
import { ServerStatus, statusWords } from './server-status.tsx'
import { grantNames, methodNames, optionsOf } from './server-values.ts'

export const serverColumns: readonly Column<OAuthServer>[] = [
  { id: 'name', title: 'Name', kind: 'text' },
  {
    id: 'status',
    title: 'Status',
    kind: 'text',
    options: Object.entries(statusWords).map(([value, [, label]]) => ({ value, label })),
    render: (server) => <ServerStatus of={server} />,
  },
  {
    id: 'last_error',
    title: 'Last error',
    kind: 'text',
    render: ({ last_error, disabled_reason }) => {
      const told = disabled_reason ?? (last_error && `${last_error.code}: ${last_error.description}`)
      return told === null ? (
        <Nothing />
      ) : (
        <span dir="auto" title={told}>
          {told}
        </span>
      )
    },
  },
  {
    id: 'grant_type',
    title: 'Grant type',
    kind: 'text',
    options: optionsOf(grantNames),
    render: ({ grant_type }) => grantNames[grant_type],
  },
  { id: 'category', title: 'Category', kind: 'text' },
  { id: 'client_id', title: 'Client ID', kind: 'code' },
  { id: 'profile', title: 'Profile', kind: 'text', isOptional: true },
  {
    id: 'authentication_method',
    title: 'Authentication method',
    kind: 'text',
    isOptional: true,
    options: optionsOf(methodNames),
    render: ({ authentication_method }) => methodNames[authentication_method],
  },
  { id: 'token_endpoint', title: 'Access token URL', kind: 'code', isOptional: true },
  { id: 'scope', title: 'Scope', kind: 'tags', isOptional: true },
  { id: 'slug', title: 'Name in addresses', kind: 'code', isOptional: true },
  { id: 'secret_expires_at', title: 'Secret expires', kind: 'time', isOptional: true },
  { id: 'created_at', title: 'Created', kind: 'time', isOptional: true },
  { id: 'updated_at', title: 'Changed', kind: 'time', isOptional: true },
]
