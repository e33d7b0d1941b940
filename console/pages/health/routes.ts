import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type { realmHealth } from '#contract/health.ts'
import { listSearch } from '../../parts/list/list-search.ts'
import { realmRoute } from '../../shell/roots.tsx'

const listRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'health',
  validateSearch: listSearch<typeof realmHealth>(),
  component: lazyRouteComponent(() => import('./health-page.tsx'), 'HealthPage'),
})

export const healthRoutes = [listRoute] as const
