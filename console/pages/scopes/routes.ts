import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type { scopeHistory } from '#contract/history.ts'
import type { listScopes } from '#contract/scope.ts'
import { listSearch } from '../../parts/list/list-search.ts'
import { realmRoute } from '../../shell/roots.tsx'

const listRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'scopes',
  validateSearch: listSearch<typeof listScopes>(),
  component: lazyRouteComponent(() => import('./scopes-page.tsx'), 'ScopesPage'),
})

const scopeRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'scopes/$name',
  component: lazyRouteComponent(() => import('./scope-page.tsx'), 'ScopePage'),
})

const settingsRoute = createRoute({
  getParentRoute: () => scopeRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./scope-settings.tsx'), 'ScopeSettings'),
})

const historyRoute = createRoute({
  getParentRoute: () => scopeRoute,
  path: 'history',
  validateSearch: listSearch<typeof scopeHistory.show>(),
  component: lazyRouteComponent(() => import('./scope-history.tsx'), 'ScopeHistory'),
})

export const scopeRoutes = [listRoute, scopeRoute.addChildren([settingsRoute, historyRoute])] as const
