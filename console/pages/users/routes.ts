import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type { listUserConsents } from '#contract/consent.ts'
import type { userHistory } from '#contract/history.ts'
import type { listUsers } from '#contract/user.ts'
import { listSearch } from '../../parts/list/list-search.ts'
import { realmRoute } from '../../shell/roots.tsx'

const listRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'users',
  validateSearch: listSearch<typeof listUsers>(),
  component: lazyRouteComponent(() => import('./users-page.tsx'), 'UsersPage'),
})

/** Ids are not chosen by people: none is `new`. */
const newRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'users/new',
  component: lazyRouteComponent(() => import('./new-user.tsx'), 'NewUserPage'),
})

const userRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'users/$id',
  component: lazyRouteComponent(() => import('./user-page.tsx'), 'UserPage'),
})

const profileRoute = createRoute({
  getParentRoute: () => userRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./user-profile.tsx'), 'UserProfile'),
})

const credentialsRoute = createRoute({
  getParentRoute: () => userRoute,
  path: 'credentials',
  component: lazyRouteComponent(() => import('./user-credentials.tsx'), 'UserCredentials'),
})

const sessionsRoute = createRoute({
  getParentRoute: () => userRoute,
  path: 'sessions',
  component: lazyRouteComponent(() => import('./user-sessions.tsx'), 'UserSessions'),
})

const consentsRoute = createRoute({
  getParentRoute: () => userRoute,
  path: 'consents',
  validateSearch: listSearch<typeof listUserConsents>(),
  component: lazyRouteComponent(() => import('./user-consents.tsx'), 'UserConsents'),
})

const activityRoute = createRoute({
  getParentRoute: () => userRoute,
  path: 'activity',
  component: lazyRouteComponent(() => import('./user-activity.tsx'), 'UserActivity'),
})

const historyRoute = createRoute({
  getParentRoute: () => userRoute,
  path: 'history',
  validateSearch: listSearch<typeof userHistory.show>(),
  component: lazyRouteComponent(() => import('./user-history.tsx'), 'UserHistory'),
})

export const userRoutes = [
  listRoute,
  newRoute,
  userRoute.addChildren([profileRoute, credentialsRoute, sessionsRoute, consentsRoute, activityRoute, historyRoute]),
] as const
