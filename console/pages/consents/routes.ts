import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type { listConsents } from '#contract/consent.ts'
import { listSearch } from '../../parts/list/list-search.ts'
import { realmRoute } from '../../shell/roots.tsx'

const listRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'consents',
  validateSearch: listSearch<typeof listConsents>(),
  component: lazyRouteComponent(() => import('./consents-page.tsx'), 'ConsentsPage'),
})

export const consentRoutes = [listRoute] as const
