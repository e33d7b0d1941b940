/** Every page of the console and its address. A page's code is loaded when it is first opened. */
import { createRoute, createRouter, redirect } from '@tanstack/react-router'
import { administratorRoutes } from '../pages/administrators/routes.ts'
import { apiRoutes } from '../pages/apis/routes.ts'
import { applicationRoutes } from '../pages/applications/routes.ts'
import { auditRoutes } from '../pages/audit/routes.ts'
import { categoryRoutes } from '../pages/categories/routes.ts'
import { clientRoutes } from '../pages/clients/routes.ts'
import { configurationRoutes } from '../pages/configuration/routes.ts'
import { connectionRoutes } from '../pages/connections/routes.ts'
import { connectorRoutes } from '../pages/connectors/routes.ts'
import { consentRoutes } from '../pages/consents/routes.ts'
import { deletedRoutes } from '../pages/deleted/routes.ts'
import { environmentRoutes } from '../pages/environments/routes.ts'
import { eventRoutes } from '../pages/events/routes.ts'
import { failureRoutes } from '../pages/failures/routes.ts'
import { grantRoutes } from '../pages/grants/routes.ts'
import { healthRoutes } from '../pages/health/routes.ts'
import { homeRoutes } from '../pages/home/routes.ts'
import { inspectorRoutes } from '../pages/inspector/routes.ts'
import { keyRoutes } from '../pages/keys/routes.ts'
import { oauthServerRoutes } from '../pages/oauth-servers/routes.ts'
import { profileRoutes } from '../pages/profiles/routes.ts'
import { realmSettingsRoutes, realmsRoutes } from '../pages/realms/routes.ts'
import { roleRoutes } from '../pages/roles/routes.ts'
import { scopeRoutes } from '../pages/scopes/routes.ts'
import { sessionRoutes } from '../pages/sessions/routes.ts'
import { userRoutes } from '../pages/users/routes.ts'
import { homeRealm } from './home-realm.ts'
import { realmRoute, rootRoute, systemRoute } from './roots.tsx'

const indexRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/realms/$realm', params: { realm: homeRealm() }, replace: true })
  },
})

const routeTree = rootRoute.addChildren([
  indexRoute,
  realmRoute.addChildren([
    ...homeRoutes,
    ...clientRoutes,
    ...inspectorRoutes,
    ...scopeRoutes,
    ...apiRoutes,
    ...userRoutes,
    ...roleRoutes,
    ...realmSettingsRoutes,
    ...keyRoutes,
    ...oauthServerRoutes,
    ...connectionRoutes,
    ...connectorRoutes,
    ...environmentRoutes,
    ...applicationRoutes,
    ...categoryRoutes,
    ...profileRoutes,
    ...grantRoutes,
    ...sessionRoutes,
    ...consentRoutes,
    ...configurationRoutes,
    ...eventRoutes,
    ...failureRoutes,
    ...auditRoutes,
    ...healthRoutes,
    ...deletedRoutes,
  ]),
  systemRoute.addChildren([...realmsRoutes, ...administratorRoutes]),
])

export const router = createRouter({
  routeTree,
  basepath: '/console',
  defaultPreload: 'intent',
  scrollRestoration: true,
  // Plain `name=value`: what stands in the address is what the management API takes.
  parseSearch: (query) => Object.fromEntries(new URLSearchParams(query)),
  stringifySearch: (search) => {
    const pairs = Object.entries(search).filter(([, value]) => value !== undefined && value !== '')
    const query = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString()
    return query === '' ? '' : `?${query}`
  },
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
