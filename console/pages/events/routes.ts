import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type { listEvents } from '#contract/event.ts'
import { listSearch } from '../../parts/list/list-search.ts'
import { realmRoute } from '../../shell/roots.tsx'

const listRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'events',
  validateSearch: listSearch<typeof listEvents>(),
  component: lazyRouteComponent(() => import('./events-page.tsx'), 'EventsPage'),
})

export const eventRoutes = [listRoute] as const
