import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { realmRoute } from '../../shell/roots.tsx'

/** The frame: its tabs are the routes below it. */
const configurationRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'configuration',
  component: lazyRouteComponent(() => import('./configuration-page.tsx'), 'ConfigurationPage'),
})

const exportRoute = createRoute({
  getParentRoute: () => configurationRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./export-tab.tsx'), 'ExportTab'),
})

const applyRoute = createRoute({
  getParentRoute: () => configurationRoute,
  path: 'apply',
  component: lazyRouteComponent(() => import('./apply-tab.tsx'), 'ApplyTab'),
})

export const configurationRoutes = [configurationRoute.addChildren([exportRoute, applyRoute])] as const
