/** What was changed, as it was written with each change. */
import * as contract from '#contract/audit.ts'
import { type AuditRecord, listAudit } from '#store/audit.ts'
import { type Handled, handle, listQueryOf, totalsOf } from './call.ts'

type Document = Record<string, unknown> | null

function shown(record: AuditRecord) {
  const { realm_id: _, before, after, ...rest } = record
  return { ...rest, before: before as Document, after: after as Document }
}

export const auditHandlers: readonly Handled[] = [
  handle(contract.listAudit, async ({ context, realm, query }) => {
    const found = await listAudit(context.db, realm.id, listQueryOf(query))
    return {
      value: { items: found.items.map(shown), ...totalsOf(found), page: query.page, page_size: query.page_size },
    }
  }),
]
