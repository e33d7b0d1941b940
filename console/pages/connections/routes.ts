import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type { listConnections } from '#contract/connection.ts'
import { type ListSearch, listSearch } from '../../parts/list/list-search.ts'
import { realmRoute } from '../../shell/roots.tsx'

/** And which OAuth server's connections they are. */
type Search = ListSearch<typeof listConnections> & { readonly server?: string }

const listRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'connections',
  validateSearch: (raw: Record<string, unknown>): Search => listSearch<typeof listConnections>()(raw),
  component: lazyRouteComponent(() => import('./connections-page.tsx'), 'ConnectionsPage'),
})

export const connectionRoutes = [listRoute] as const
