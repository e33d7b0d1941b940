import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { realmRoute } from '../../shell/roots.tsx'

const homeRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./home-page.tsx'), 'HomePage'),
})

export const homeRoutes = [homeRoute] as const
