import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type { listConnectors } from '#contract/connector.ts'
import type { listConnectorRuns } from '#contract/connector-run.ts'
import type { connectorHistory } from '#contract/history.ts'
import { listSearch } from '../../parts/list/list-search.ts'
import { realmRoute } from '../../shell/roots.tsx'

const listRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'connectors',
  validateSearch: listSearch<typeof listConnectors>(),
  component: lazyRouteComponent(() => import('./connectors-page.tsx'), 'ConnectorsPage'),
})

/** Not below `connectors`, where every name may be that of a connector. */
const newRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'new-connector',
  component: lazyRouteComponent(() => import('./new-connector.tsx'), 'NewConnectorPage'),
})

const connectorRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'connectors/$name',
  component: lazyRouteComponent(() => import('./connector-page.tsx'), 'ConnectorPage'),
})

const settingsRoute = createRoute({
  getParentRoute: () => connectorRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./connector-settings.tsx'), 'ConnectorSettings'),
})

const runRoute = createRoute({
  getParentRoute: () => connectorRoute,
  path: 'run',
  component: lazyRouteComponent(() => import('./connector-run.tsx'), 'ConnectorRun'),
})

const runsRoute = createRoute({
  getParentRoute: () => connectorRoute,
  path: 'runs',
  validateSearch: listSearch<typeof listConnectorRuns>(),
  component: lazyRouteComponent(() => import('./connector-runs.tsx'), 'ConnectorRuns'),
})

const historyRoute = createRoute({
  getParentRoute: () => connectorRoute,
  path: 'history',
  validateSearch: listSearch<typeof connectorHistory.show>(),
  component: lazyRouteComponent(() => import('./connector-history.tsx'), 'ConnectorHistory'),
})

export const connectorRoutes = [
  listRoute,
  newRoute,
  connectorRoute.addChildren([settingsRoute, runRoute, runsRoute, historyRoute]),
] as const
