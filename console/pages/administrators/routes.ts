import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type { listClients } from '#contract/client.ts'
import type { listUsers } from '#contract/user.ts'
import { listSearch } from '../../parts/list/list-search.ts'
import { expectRealm, systemRoute } from '../../shell/roots.tsx'

const beforeLoad = (): void => expectRealm('system')

const peopleRoute = createRoute({
  getParentRoute: () => systemRoute,
  path: 'administrators',
  beforeLoad,
  validateSearch: listSearch<typeof listUsers>(),
  component: lazyRouteComponent(() => import('./administrators-page.tsx'), 'AdministratorsPage'),
})

const clientsRoute = createRoute({
  getParentRoute: () => systemRoute,
  path: 'administrators/clients',
  beforeLoad,
  validateSearch: listSearch<typeof listClients>(),
  component: lazyRouteComponent(() => import('./administrators-page.tsx'), 'AdministratingClientsPage'),
})

const newRoute = createRoute({
  getParentRoute: () => systemRoute,
  path: 'administrators/new',
  beforeLoad,
  component: lazyRouteComponent(() => import('../users/new-user.tsx'), 'NewAdministratorPage'),
})

const aboutRoute = createRoute({
  getParentRoute: () => systemRoute,
  path: 'about',
  component: lazyRouteComponent(() => import('./about-page.tsx'), 'AboutPage'),
})

export const administratorRoutes = [peopleRoute, clientsRoute, newRoute, aboutRoute] as const
