import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type { listRealmGrants } from '#contract/realm-lists.ts'
import { listSearch } from '../../parts/list/list-search.ts'
import { realmRoute } from '../../shell/roots.tsx'

const listRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'tokens',
  validateSearch: listSearch<typeof listRealmGrants>(),
  component: lazyRouteComponent(() => import('./grants-page.tsx'), 'GrantsPage'),
})

export const grantRoutes = [listRoute] as const
