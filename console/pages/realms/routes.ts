import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type { realmHistory } from '#contract/history.ts'
import type { listLegacyUses } from '#contract/legacy-use.ts'
import type { listRealms } from '#contract/realm.ts'
import { listSearch } from '../../parts/list/list-search.ts'
import { realmRoute, systemRoute } from '../../shell/roots.tsx'

const listRoute = createRoute({
  getParentRoute: () => systemRoute,
  path: 'realms',
  validateSearch: listSearch<typeof listRealms>(),
  component: lazyRouteComponent(() => import('./realms-page.tsx'), 'RealmsPage'),
})

const newRoute = createRoute({
  getParentRoute: () => systemRoute,
  path: 'realms/new',
  component: lazyRouteComponent(() => import('./new-realm.tsx'), 'NewRealmPage'),
})

const frameRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'settings',
  component: lazyRouteComponent(() => import('./realm-page.tsx'), 'RealmPage'),
})

const settingsRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./realm-settings.tsx'), 'RealmSettings'),
})

const keyRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: 'key',
  component: lazyRouteComponent(() => import('./realm-key.tsx'), 'RealmKey'),
})

const olderShapesRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: 'older-shapes',
  validateSearch: listSearch<typeof listLegacyUses>(),
  component: lazyRouteComponent(() => import('./older-shapes.tsx'), 'OlderShapes'),
})

const historyRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: 'history',
  validateSearch: listSearch<typeof realmHistory.show>(),
  component: lazyRouteComponent(() => import('./realm-history.tsx'), 'RealmHistory'),
})

/** Below `/system`. */
export const realmsRoutes = [listRoute, newRoute] as const
/** Below the realm itself. */
export const realmSettingsRoutes = [
  frameRoute.addChildren([settingsRoute, keyRoute, olderShapesRoute, historyRoute]),
] as const
