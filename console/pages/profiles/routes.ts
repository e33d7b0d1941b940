import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type { profileHistory } from '#contract/history.ts'
import type { listProfiles } from '#contract/profile.ts'
import { listSearch } from '../../parts/list/list-search.ts'
import { realmRoute } from '../../shell/roots.tsx'

const listRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'profiles',
  validateSearch: listSearch<typeof listProfiles>(),
  component: lazyRouteComponent(() => import('./profiles-page.tsx'), 'ProfilesPage'),
})

const profileRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'profiles/$name',
  component: lazyRouteComponent(() => import('./profile-page.tsx'), 'ProfilePage'),
})

const settingsRoute = createRoute({
  getParentRoute: () => profileRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./profile-settings.tsx'), 'ProfileSettings'),
})

const historyRoute = createRoute({
  getParentRoute: () => profileRoute,
  path: 'history',
  validateSearch: listSearch<typeof profileHistory.show>(),
  component: lazyRouteComponent(() => import('./profile-history.tsx'), 'ProfileHistory'),
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

export const profileRoutes = [listRoute, newRoute, profileRoute.addChildren([settingsRoute, historyRoute])] as const
