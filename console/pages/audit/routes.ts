import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type { listAudit } from '#contract/audit.ts'
import { listSearch } from '../../parts/list/list-search.ts'
import { realmRoute } from '../../shell/roots.tsx'

const listRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'audit',
  validateSearch: listSearch<typeof listAudit>(),
  component: lazyRouteComponent(() => import('./audit-page.tsx'), 'AuditPage'),
})

/** An entry is found by its moment: `at_ms` is what the list filters by, the id tells those of one moment apart. */
const entryRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'audit/$atMs/$entryId',
  component: lazyRouteComponent(() => import('./audit-entry-page.tsx'), 'AuditEntryPage'),
})

export const auditRoutes = [listRoute, entryRoute] as const
