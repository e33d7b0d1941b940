import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { realmRoute } from '../../shell/roots.tsx'

/** Nothing of it stands in the address: a token there would be in the history of the browser. */
const inspectorRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'inspector',
  component: lazyRouteComponent(() => import('./inspector-page.tsx'), 'InspectorPage'),
})

export const inspectorRoutes = [inspectorRoute] as const
