import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type { roleHistory } from '#contract/history.ts'
import type { listRoles } from '#contract/role.ts'
import { listSearch } from '../../parts/list/list-search.ts'
import { realmRoute } from '../../shell/roots.tsx'

const listRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'roles',
  validateSearch: listSearch<typeof listRoles>(),
  component: lazyRouteComponent(() => import('./roles-page.tsx'), 'RolesPage'),
})

const roleRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'roles/$name',
  component: lazyRouteComponent(() => import('./role-page.tsx'), 'RolePage'),
})

const settingsRoute = createRoute({
  getParentRoute: () => roleRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./role-settings.tsx'), 'RoleSettings'),
})

const historyRoute = createRoute({
  getParentRoute: () => roleRoute,
  path: 'history',
  validateSearch: listSearch<typeof roleHistory.show>(),
  component: lazyRouteComponent(() => import('./role-history.tsx'), 'RoleHistory'),
})

export const roleRoutes = [listRoute, roleRoute.addChildren([settingsRoute, historyRoute])] as const
