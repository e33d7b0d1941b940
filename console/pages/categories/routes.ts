import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type { listCategories } from '#contract/category.ts'
import { listSearch } from '../../parts/list/list-search.ts'
import { realmRoute } from '../../shell/roots.tsx'

const listRoute = createRoute({
  getParentRoute: () => realmRoute,
  path: 'categories',
  validateSearch: listSearch<typeof listCategories>(),
  component: lazyRouteComponent(() => import('./categories-page.tsx'), 'CategoriesPage'),
})

export const categoryRoutes = [listRoute] as const
