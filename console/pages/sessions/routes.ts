import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type { listRealmSessions } from '#contract/realm-lists.ts'
import { listSearch } from '../../parts/list/list-search.ts'
import { realmRoute } from '../../shell/roots.tsx'

const listRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'tokens/sessions',
  validateSearch: listSearch<typeof listRealmSessions>(),
  component: lazyRouteComponent(() => import('./sessions-page.tsx'), 'SessionsPage'),
})

export const sessionRoutes = [listRoute] as const
