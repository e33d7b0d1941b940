import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type { environments } from '#contract/environment.ts'
import { listSearch } from '../../parts/list/list-search.ts'
import { realmRoute } from '../../shell/roots.tsx'

const listRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'environments',
  validateSearch: listSearch<typeof environments.list>(),
  component: lazyRouteComponent(() => import('./environments-page.tsx'), 'EnvironmentsPage'),
})

export const environmentRoutes = [listRoute] as const
