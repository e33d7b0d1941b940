import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type { listRealmConnections } from '#contract/connection.ts'
import { listSearch } from '../../parts/list/list-search.ts'
import { realmRoute } from '../../shell/roots.tsx'

const listRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'connections',
  validateSearch: listSearch<typeof listRealmConnections>(),
  component: lazyRouteComponent(() => import('./connections-page.tsx'), 'ConnectionsPage'),
})

export const connectionRoutes = [listRoute] as const
