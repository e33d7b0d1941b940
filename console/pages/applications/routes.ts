import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type { applications } from '#contract/application.ts'
import { listSearch } from '../../parts/list/list-search.ts'
import { realmRoute } from '../../shell/roots.tsx'

const listRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'applications',
  validateSearch: listSearch<typeof applications.list>(),
  component: lazyRouteComponent(() => import('./applications-page.tsx'), 'ApplicationsPage'),
})

export const applicationRoutes = [listRoute] as const
