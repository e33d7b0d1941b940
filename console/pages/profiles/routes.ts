import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { realmRoute } from '../../shell/roots.tsx'

const listRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'profiles',
  component: lazyRouteComponent(() => import('./profiles-page.tsx'), 'ProfilesPage'),
})

const profileRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'profiles/$name',
  component: lazyRouteComponent(() => import('./profile-page.tsx'), 'ProfilePage'),
})

export const profileRoutes = [listRoute, profileRoute] as const
