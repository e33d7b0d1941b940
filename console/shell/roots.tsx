/** The routes that pages hang under: the frame, and below it one realm or the whole installation. */
import { createRootRoute, createRoute, notFound, Outlet } from '@tanstack/react-router'
import { currentState } from '../parts/api/session.ts'
import { keepPreference } from '../parts/person/preferences.ts'
import { FailedPage, Frame, MissingPage } from './frame.tsx'

export const rootRoute = createRootRoute({
  component: Frame,
  notFoundComponent: MissingPage,
  errorComponent: FailedPage,
})

/** A realm that the person may not see is as if it were not there. */
export function expectRealm(realm: string): void {
  if (!currentState().me.realms.includes(realm)) throw notFound()
}

/** `/realms/{realm}/…` */
export const realmRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: 'realms/$realm',
  beforeLoad: ({ params }) => {
    expectRealm(params.realm)
    keepPreference('realm', params.realm)
  },
  component: Outlet,
  notFoundComponent: MissingPage,
})

/** `/system/…` */
export const systemRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: 'system',
  component: Outlet,
  notFoundComponent: MissingPage,
})
