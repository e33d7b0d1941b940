import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type { listConnections } from '#contract/connection.ts'
import type { oauthServerHistory } from '#contract/history.ts'
import type { listOAuthServers } from '#contract/oauth-server.ts'
import { listSearch } from '../../parts/list/list-search.ts'
import { realmRoute } from '../../shell/roots.tsx'

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)

const listRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'oauth-servers',
  validateSearch: listSearch<typeof listOAuthServers>(),
  component: lazyRouteComponent(() => import('./servers-page.tsx'), 'OAuthServersPage'),
})

/** Not below `oauth-servers`, where every name may be that of a server. */
const newRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'new-oauth-server',
  validateSearch: (raw: Record<string, unknown>): { readonly profile?: string | undefined } => ({
    profile: text(raw['profile']),
  }),
  component: lazyRouteComponent(() => import('./new-server.tsx'), 'NewOAuthServerPage'),
})

/** The frame of one server: its tabs are the routes below it. */
const serverRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'oauth-servers/$slug',
  component: lazyRouteComponent(() => import('./server-page.tsx'), 'OAuthServerPage'),
})

/** With what came of an authorization, when the provider has sent the browser back. */
interface ReturnSearch {
  readonly result?: string | undefined
  readonly error?: string | undefined
}

const settingsRoute = createRoute({
  getParentRoute: () => serverRoute,
  path: '/',
  validateSearch: (raw: Record<string, unknown>): ReturnSearch => ({
    result: text(raw['result']),
    error: text(raw['error']),
  }),
  component: lazyRouteComponent(() => import('./server-settings.tsx'), 'OAuthServerSettings'),
})

/** As a caller of which layers the effective values are shown. */
interface LayerSearch {
  readonly environment?: string | undefined
  readonly application?: string | undefined
}

const overridesRoute = createRoute({
  getParentRoute: () => serverRoute,
  path: 'overrides',
  validateSearch: (raw: Record<string, unknown>): LayerSearch => ({
    environment: text(raw['environment']),
    application: text(raw['application']),
  }),
  component: lazyRouteComponent(() => import('./server-overrides.tsx'), 'OAuthServerOverrides'),
})

const overrideRoute = createRoute({
  getParentRoute: () => serverRoute,
  path: 'overrides/$kind/$layer',
  component: lazyRouteComponent(() => import('./override-page.tsx'), 'OverridePage'),
})

const connectionsRoute = createRoute({
  getParentRoute: () => serverRoute,
  path: 'connections',
  validateSearch: listSearch<typeof listConnections>(),
  component: lazyRouteComponent(() => import('./server-connections.tsx'), 'OAuthServerConnections'),
})

const usesRoute = createRoute({
  getParentRoute: () => serverRoute,
  path: 'uses',
  component: lazyRouteComponent(() => import('./server-uses.tsx'), 'OAuthServerUses'),
})

const historyRoute = createRoute({
  getParentRoute: () => serverRoute,
  path: 'history',
  validateSearch: listSearch<typeof oauthServerHistory.show>(),
  component: lazyRouteComponent(() => import('./server-history.tsx'), 'OAuthServerHistory'),
})

export const oauthServerRoutes = [
  listRoute,
  newRoute,
  serverRoute.addChildren([settingsRoute, overridesRoute, overrideRoute, connectionsRoute, usesRoute, historyRoute]),
] as const
