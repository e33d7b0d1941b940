import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type { listApis } from '#contract/api.ts'
import type { apiHistory } from '#contract/history.ts'
import { listSearch } from '../../parts/list/list-search.ts'
import { realmRoute } from '../../shell/roots.tsx'

const listRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'apis',
  validateSearch: listSearch<typeof listApis>(),
  component: lazyRouteComponent(() => import('./apis-page.tsx'), 'ApisPage'),
})

const apiRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'apis/$id',
  component: lazyRouteComponent(() => import('./api-page.tsx'), 'ApiPage'),
})

const settingsRoute = createRoute({
  getParentRoute: () => apiRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./api-settings.tsx'), 'ApiSettings'),
})

const historyRoute = createRoute({
  getParentRoute: () => apiRoute,
  path: 'history',
  validateSearch: listSearch<typeof apiHistory.show>(),
  component: lazyRouteComponent(() => import('./api-history.tsx'), 'ApiHistory'),
})

export const apiRoutes = [listRoute, apiRoute.addChildren([settingsRoute, historyRoute])] as const
