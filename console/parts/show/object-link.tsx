/** The way to an object that is told about: in the audit, by the health rules, in the list of another noun. */
import { Link, type LinkProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Target } from '../list/action.ts'

export interface ToldObject {
  readonly realm: string
  /** As the audit names kinds: `client`, `oauth_server`. */
  readonly kind: string
  /** The id that never changes; what has none that people see is found by its name. */
  readonly id: string
  /** Of an OAuth server its slug. */
  readonly name: string
}

interface Place {
  readonly at: NonNullable<Target['to']>
  /** Absent for what has none. */
  readonly history?: NonNullable<Target['to']>
  readonly params: (told: ToldObject) => Readonly<Record<string, string>>
}

const places: Readonly<Record<string, Place>> = {
  client: {
    at: '/realms/$realm/clients/$clientId',
    history: '/realms/$realm/clients/$clientId/history',
    params: ({ name }) => ({ clientId: name }),
  },
  user: { at: '/realms/$realm/users/$id', history: '/realms/$realm/users/$id/history', params: ({ id }) => ({ id }) },
  role: {
    at: '/realms/$realm/roles/$name',
    history: '/realms/$realm/roles/$name/history',
    params: ({ name }) => ({ name }),
  },
  scope: {
    at: '/realms/$realm/scopes/$name',
    history: '/realms/$realm/scopes/$name/history',
    params: ({ name }) => ({ name }),
  },
  api: { at: '/realms/$realm/apis/$id', history: '/realms/$realm/apis/$id/history', params: ({ id }) => ({ id }) },
  oauth_server: {
    at: '/realms/$realm/oauth-servers/$slug',
    history: '/realms/$realm/oauth-servers/$slug/history',
    params: ({ name }) => ({ slug: name }),
  },
  connector: {
    at: '/realms/$realm/connectors/$name',
    history: '/realms/$realm/connectors/$name/history',
    params: ({ name }) => ({ name }),
  },
  profile: {
    at: '/realms/$realm/profiles/$name',
    history: '/realms/$realm/profiles/$name/history',
    params: ({ name }) => ({ name }),
  },
  // A realm may be told about in another one's audit.
  realm: {
    at: '/realms/$realm/settings',
    history: '/realms/$realm/settings/history',
    params: ({ name }) => ({ realm: name }),
  },
}

/** Undefined for what has no page of its own. */
export function objectTarget(told: ToldObject): Target | undefined {
  const place = places[told.kind]
  return place && target(place.at, place, told)
}

export function historyTarget(told: ToldObject): Target | undefined {
  const place = places[told.kind]
  return place?.history && target(place.history, place, told)
}

function target(to: NonNullable<Target['to']>, place: Place, told: ToldObject): Target {
  return { to, params: { realm: told.realm, ...place.params(told) } }
}

export function ObjectLink({ of, children = of.name }: { of: ToldObject; children?: ReactNode }): ReactNode {
  const at = objectTarget(of)
  if (at === undefined) return <bdi title={of.name}>{children}</bdi>
  return (
    <Link {...(at as LinkProps)} title={of.name} className="text">
      <bdi>{children}</bdi>
    </Link>
  )
}

const kindNames: Readonly<Record<string, string>> = {
  api: 'API',
  oauth_server: 'OAuth server',
}

/** `oauth_server` → `OAuth server`. */
export function kindName(kind: string): string {
  return kindNames[kind] ?? kind.replaceAll('_', ' ')
}
