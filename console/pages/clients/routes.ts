import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type { listClients } from '#contract/client.ts'
import type { listGrants } from '#contract/grant.ts'
import type { clientHistory } from '#contract/history.ts'
import { listSearch } from '../../parts/list/list-search.ts'
import { realmRoute } from '../../shell/roots.tsx'

const listRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'clients',
  validateSearch: listSearch<typeof listClients>(),
  component: lazyRouteComponent(() => import('./clients-page.tsx'), 'ClientsPage'),
})

/** Not below `clients`, where every name may be that of a client. */
const newRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'new-client',
  validateSearch: ({ type }: Record<string, unknown>): { type?: string } => (typeof type === 'string' ? { type } : {}),
  component: lazyRouteComponent(() => import('./new-client.tsx'), 'NewClientPage'),
})

/** The frame of one client: its tabs are the routes below it. */
const clientRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'clients/$clientId',
  component: lazyRouteComponent(() => import('./client-page.tsx'), 'ClientPage'),
})

const settingsRoute = createRoute({
  getParentRoute: () => clientRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./client-settings.tsx'), 'ClientSettings'),
})

const credentialsRoute = createRoute({
  getParentRoute: () => clientRoute,
  path: 'credentials',
  component: lazyRouteComponent(() => import('./client-credentials.tsx'), 'ClientCredentials'),
})

const runtimeRoute = createRoute({
  getParentRoute: () => clientRoute,
  path: 'runtime',
  component: lazyRouteComponent(() => import('./client-runtime.tsx'), 'ClientRuntime'),
})

const tokensRoute = createRoute({
  getParentRoute: () => clientRoute,
  path: 'tokens',
  validateSearch: listSearch<typeof listGrants>(),
  component: lazyRouteComponent(() => import('./client-tokens.tsx'), 'ClientTokens'),
})

/** Which grant it is about; what is typed or answered there stands in no address. */
const grantSearch = ({ grant }: Record<string, unknown>): { grant?: string } =>
  typeof grant === 'string' ? { grant } : {}

const quickStartRoute = createRoute({
  getParentRoute: () => clientRoute,
  path: 'quick-start',
  validateSearch: grantSearch,
  component: lazyRouteComponent(() => import('./quick-start-tab.tsx'), 'QuickStartTab'),
})

const tryItRoute = createRoute({
  getParentRoute: () => clientRoute,
  path: 'try-it',
  validateSearch: grantSearch,
  component: lazyRouteComponent(() => import('./try-it-tab.tsx'), 'TryItTab'),
})

const historyRoute = createRoute({
  getParentRoute: () => clientRoute,
  path: 'history',
  validateSearch: listSearch<typeof clientHistory.show>(),
  component: lazyRouteComponent(() => import('./client-history.tsx'), 'ClientHistory'),
})

const healthRoute = createRoute({
  getParentRoute: () => clientRoute,
  path: 'health',
  component: lazyRouteComponent(() => import('./client-health.tsx'), 'ClientHealth'),
})

export const clientRoutes = [
  listRoute,
  newRoute,
  clientRoute.addChildren([
    settingsRoute,
    credentialsRoute,
    runtimeRoute,
    tokensRoute,
    quickStartRoute,
    tryItRoute,
    historyRoute,
    healthRoute,
  ]),
] as const
