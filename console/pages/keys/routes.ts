import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { realmRoute } from '../../shell/roots.tsx'

const keysRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'keys',
  component: lazyRouteComponent(() => import('./keys-page.tsx'), 'KeysPage'),
})

export const keyRoutes = [keysRoute] as const
