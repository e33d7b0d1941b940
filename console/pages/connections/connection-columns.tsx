/** What a list of connections shows: how each stands, why, and what comes next. */
import type { Connection, connectionStates, RealmConnection } from '#contract/connection.ts'
import type { Column } from '../../parts/list/column.ts'
import { ObjectLink } from '../../parts/show/object-link.tsx'
import { Mark, Status, type Tone } from '../../parts/show/status.tsx'
import { Nothing, Time } from '../../parts/show/time.tsx'

export const stateWords: Readonly<Record<(typeof connectionStates)[number], readonly [Tone, string]>> = {
  ok: ['good', 'OK'],
  degraded: ['warning', 'Degraded'],
  uncertain: ['warning', 'Uncertain'],
  needs_authorization: ['bad', 'Needs authorization'],
}

/** Whose it is: a person, or the application itself. */
export function holderOf({ subject, username }: Connection): string {
  return subject === 'application' ? 'The application' : (username ?? 'A deleted user')
}

export const connectionColumns: readonly Column<Connection>[] = [
  {
    id: 'username',
    title: 'Held by',
    kind: 'text',
    render: (connection) => (
      <>
        <span dir="auto" title={holderOf(connection)}>
          {holderOf(connection)}
        </span>
        {connection.frozen_at !== null && <Mark>Frozen</Mark>}
      </>
    ),
  },
  {
    id: 'state',
    title: 'State',
    kind: 'text',
    options: Object.entries(stateWords).map(([value, [, label]]) => ({ value, label })),
    render: ({ state, has_access_token, has_refresh_token }) =>
      state === 'ok' && !has_access_token && !has_refresh_token ? (
        // Nothing is wrong with it, and it has never worked: its server says why.
        <Status tone="plain">No token yet</Status>
      ) : (
        <Status tone={stateWords[state][0]}>{stateWords[state][1]}</Status>
      ),
  },
  {
    id: 'reason',
    title: 'Why',
    kind: 'text',
    render: ({ reason, detail }) => {
      if (reason === null) return <Nothing />
      const told = detail === null ? reason : `${reason}: ${detail}`
      return (
        <span dir="auto" title={told}>
          {told}
        </span>
      )
    },
  },
  {
    id: 'next_try_at',
    title: 'Next try',
    kind: 'time',
    render: ({ next_try_at: at }) => <Time at={at} show="relative" />,
  },
  { id: 'expires_at', title: 'Token expires', kind: 'time' },
  { id: 'environment', title: 'Environment', kind: 'text' },
  { id: 'application', title: 'Application', kind: 'text' },
  { id: 'scope', title: 'Scope', kind: 'tags', isOptional: true },
  { id: 'frozen_at', title: 'Frozen since', kind: 'time', isOptional: true },
  { id: 'last_used_at', title: 'Last used', kind: 'time', isOptional: true },
  { id: 'created_at', title: 'Created', kind: 'time', isOptional: true },
]

/** An OAuth server, to be chosen. */
export interface Named {
  readonly slug: string
  readonly name: string
}

/** How each stands is what a narrow screen still shows. */
export function realmColumns(realm: string, servers: readonly Named[]): readonly Column<RealmConnection>[] {
  return [
    ...connectionColumns.slice(0, 2),
    {
      id: 'server',
      title: 'OAuth server',
      kind: 'text',
      options: servers.map(({ slug, name }) => ({ value: slug, label: name })),
      render: ({ server, server_name }) => (
        <ObjectLink of={{ realm, kind: 'oauth_server', id: server, name: server }}>{server_name}</ObjectLink>
      ),
    },
    ...connectionColumns.slice(2),
  ]
}
