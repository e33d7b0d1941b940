/** Who is logged in and what people have allowed, for a whole realm; ending one of it. */
import * as consents from '#contract/consent.ts'
import * as contract from '#contract/realm-lists.ts'
import type { Page } from '#store/listing.ts'
import {
  endRealmSession,
  listConsents,
  listRealmGrants,
  listRealmSessions,
  revokeRealmGrant,
  withdrawConsent,
} from '#store/realm-lists.ts'
import { type Handled, handle, listQueryOf, totalsOf } from './call.ts'
import { clientOfPath } from './clients.ts'
import { notFound } from './problem.ts'
import { userOfPath } from './users.ts'

const pageOf = <T>(found: Page<T>, query: { page: number; page_size: number }) => ({
  value: { items: [...found.items], ...totalsOf(found), page: query.page, page_size: query.page_size },
})

export const realmListHandlers: readonly Handled[] = [
  handle(contract.listRealmSessions, async ({ context, realm, query }) => {
    const found = await listRealmSessions(context.db, realm.id, listQueryOf(query))
    return pageOf({ ...found, items: found.items.map((each) => ({ ...each, amr: [...each.amr] })) }, query)
  }),

  handle(contract.endRealmSession, async ({ context, actor, realm, params }) => {
    if (!(await endRealmSession(context.db, actor, realm.id, params.session_id))) throw notFound('session')
    return { value: undefined }
  }),

  handle(contract.listRealmGrants, async ({ context, realm, query }) =>
    pageOf(await listRealmGrants(context.db, realm.id, listQueryOf(query)), query),
  ),

  handle(contract.revokeRealmGrant, async ({ context, actor, realm, params }) => {
    const grant = { realmId: realm.id, grantId: params.grant_id }
    if (!(await revokeRealmGrant(context.db, actor, grant))) throw notFound('grant')
    return { value: undefined }
  }),

  handle(contract.revokeGrant, async ({ context, actor, realm, params }) => {
    const client = await clientOfPath(context, realm, params.client_id)
    const grant = { realmId: realm.id, grantId: params.grant_id, clientRowId: client.id }
    if (!(await revokeRealmGrant(context.db, actor, grant))) throw notFound('grant')
    return { value: undefined }
  }),

  handle(consents.listConsents, async ({ context, realm, query }) =>
    pageOf(await listConsents(context.db, { realmId: realm.id }, listQueryOf(query)), query),
  ),

  handle(consents.listUserConsents, async ({ context, realm, params, query }) => {
    const user = await userOfPath(context, realm, params.id)
    return pageOf(await listConsents(context.db, { realmId: realm.id, userId: user.id }, listQueryOf(query)), query)
  }),

  handle(consents.withdrawConsent, async ({ context, actor, realm, request, params }) => {
    const user = await userOfPath(context, realm, params.user_id)
    const client = await clientOfPath(context, realm, params.client_id)
    if (!(await withdrawConsent(context.db, actor, user, client))) throw notFound('consent')
    context.events.record({
      realm_id: realm.id,
      kind: 'consent_withdrawn',
      user,
      client_id: client.client_id,
      address: request.address,
      request_id: request.id,
      detail: 'by an administrator',
    })
    return { value: undefined }
  }),
]
