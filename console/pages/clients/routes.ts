import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { listClients } from '#contract/client.ts'
import { listSearch } from '../../parts/list/column.ts'
import { realmRoute } from '../../shell/roots.tsx'

const listRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'clients',
  validateSearch: listSearch(listClients),
  component: lazyRouteComponent(() => import('./clients-page.tsx'), 'ClientsPage'),
})

/** The frame of one client: its tabs are the routes below it. */
const clientRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'clients/$clientId',
  component: lazyRouteComponent(() => import('./client-page.tsx'), 'ClientPage'),
})

const settingsRoute = createRoute({
  getParentRoute: () => clientRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./client-settings.tsx'), 'ClientSettings'),
})

export const clientRoutes = [listRoute, clientRoute.addChildren([settingsRoute])] as const
