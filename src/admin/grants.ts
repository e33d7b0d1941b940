/** What people have allowed a client, and "revoke all". */
import * as contract from '#contract/grant.ts'
import { revokeClientTokens } from '#store/client-changes.ts'
import { listClientGrants } from '#store/client-grants.ts'
import { type Handled, handle, listQueryOf, totalsOf } from './call.ts'
import { clientOfPath } from './clients.ts'
import { notFound } from './problem.ts'

export const grantHandlers: readonly Handled[] = [
  handle(contract.listGrants, async ({ context, realm, params, query }) => {
    const client = await clientOfPath(context, realm, params.client_id)
    const found = await listClientGrants(context.db, client.id, listQueryOf(query))
    return { value: { items: [...found.items], ...totalsOf(found), page: query.page, page_size: query.page_size } }
  }),

  handle(contract.revokeGrants, async ({ context, actor, realm, params }) => {
    const revoked = await revokeClientTokens(context.db, actor, realm.id, params.client_id)
    if (revoked === undefined) throw notFound('client')
    return { value: undefined }
  }),
]
