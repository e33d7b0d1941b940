import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { realmRoute } from '../../shell/roots.tsx'

const failuresRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'events/failed-logins',
  component: lazyRouteComponent(() => import('./failures-page.tsx'), 'FailuresPage'),
})

export const failureRoutes = [failuresRoute] as const
