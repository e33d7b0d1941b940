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

/** Not below `profiles`, where every name may be that of a profile. */
const newRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'new-profile',
  validateSearch: ({ from }: Record<string, unknown>): { readonly from?: string | undefined } => ({
    from: typeof from === 'string' && from !== '' ? from : undefined,
  }),
  component: lazyRouteComponent(() => import('./new-profile.tsx'), 'NewProfilePage'),
})

export const profileRoutes = [listRoute, newRoute, profileRoute] as const
