import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type { listDeleted } from '#contract/deleted.ts'
import { listSearch } from '../../parts/list/list-search.ts'
import { realmRoute } from '../../shell/roots.tsx'

const listRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'deleted',
  validateSearch: listSearch<typeof listDeleted>(),
  component: lazyRouteComponent(() => import('./deleted-page.tsx'), 'DeletedPage'),
})

export const deletedRoutes = [listRoute] as const
