import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { listConsents } from '#contract/consent.ts'
import { listSearch } from '../../parts/list/column.ts'
import { realmRoute } from '../../shell/roots.tsx'

const listRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'consents',
  validateSearch: listSearch(listConsents),
  component: lazyRouteComponent(() => import('./consents-page.tsx'), 'ConsentsPage'),
})

export const consentRoutes = [listRoute] as const
