/** What happened to one object, as the audit of its changes tells it: a version is the entry that made it. */
import { type AuditRecord, auditList, recordOf } from './audit.ts'
import type { Database } from './database.ts'
import { type ListQuery, listPage, type Page } from './listing.ts'

/** As the audit names an object; ids are never given out again, in no realm. */
export interface Audited {
  readonly object_kind: string
  readonly object_id: string
}

function entriesOf(db: Database, { object_kind, object_id }: Audited) {
  const entries = db.sql.selectFrom('audit').selectAll()
  const ofObject = entries.where('object_kind', '=', object_kind).where('object_id', '=', object_id)
  // Whoever took a list as a file read the realm and changed nothing.
  return ofObject.where('action', 'not like', '%.export')
}

/** A page of its entries, newest first. */
export async function listHistory(db: Database, object: Audited, query: ListQuery): Promise<Page<AuditRecord>> {
  const page = await listPage(db, entriesOf(db, object), auditList, query)
  return { ...page, items: page.items.map(recordOf) }
}

export async function findVersion(db: Database, object: Audited, version: string): Promise<AuditRecord | undefined> {
  const row = await entriesOf(db, object).where('id', '=', version).executeTakeFirst()
  return row && recordOf(row)
}
