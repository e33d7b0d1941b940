import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type { listClients } from '#contract/client.ts'
import type { listUsers } from '#contract/user.ts'
import { listSearch } from '../../parts/list/list-search.ts'
import { systemRoute } from '../../shell/roots.tsx'

const peopleRoute = createRoute({
  getParentRoute: () => systemRoute,
  path: 'administrators',
  validateSearch: listSearch<typeof listUsers>(),
  component: lazyRouteComponent(() => import('./administrators-page.tsx'), 'AdministratorsPage'),
})

const clientsRoute = createRoute({
  getParentRoute: () => systemRoute,
  path: 'administrators/clients',
  validateSearch: listSearch<typeof listClients>(),
  component: lazyRouteComponent(() => import('./administrators-page.tsx'), 'AdministratingClientsPage'),
})

const newRoute = createRoute({
  getParentRoute: () => systemRoute,
  path: 'administrators/new',
  component: lazyRouteComponent(() => import('../users/new-user.tsx'), 'NewAdministratorPage'),
})

const aboutRoute = createRoute({
  getParentRoute: () => systemRoute,
  path: 'about',
  component: lazyRouteComponent(() => import('./about-page.tsx'), 'AboutPage'),
})

export const administratorRoutes = [peopleRoute, clientsRoute, newRoute, aboutRoute] as const
