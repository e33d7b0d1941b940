import { randomId } from '#crypto/random.ts'
import type { Database, Sql } from './database.ts'
import { type LargeListRules, largePage } from './large-listing.ts'
import type { ListQuery, Page } from './listing.ts'
import type { AuditTable } from './tables.ts'

/** Who did it, from where, in which request. */
export interface Actor {
  readonly kind: 'user' | 'client' | 'system'
  readonly id: string
  readonly name: string
  readonly address: string
  readonly request_id: string
}

/** `before` and `after` are public projections of the record: no hash, no sealed value, no secret ever. */
export interface AuditEntry {
  readonly realm_id: string
  readonly actor: Actor
  /** `client.create`, `user.set_password`, … */
  readonly action: string
  readonly object_kind: string
  readonly object_id: string
  readonly object_name: string
  readonly before?: object | undefined
  readonly after?: object | undefined
}

/** The house itself, at its first start and in its chores. */
export const systemActor: Actor = { kind: 'system', id: 'system', name: 'sallyport', address: '', request_id: '' }

/** Written in the transaction of the change that it tells of. */
export async function writeAudit(sql: Sql, entry: AuditEntry): Promise<void> {
  await sql
    .insertInto('audit')
    .values({
      id: randomId(),
      realm_id: entry.realm_id,
      at_ms: Date.now(),
      actor_kind: entry.actor.kind,
      actor_id: printable(entry.actor.id),
      actor_name: printable(entry.actor.name),
      address: printable(entry.actor.address),
      request_id: printable(entry.actor.request_id),
      action: entry.action,
      object_kind: entry.object_kind,
      object_id: entry.object_id,
      object_name: printable(entry.object_name),
      before: entry.before ? JSON.stringify(entry.before) : null,
      after: entry.after ? JSON.stringify(entry.after) : null,
    })
    .execute()
}

/**
 * An update as the audit tells it: `client.update`, or `client.revert` where it goes back to what the audit entry of the
 * id `revertedTo` tells of.
 */
export function updateEntry(kind: string, before: object, after: object, revertedTo: string | undefined) {
  if (revertedTo === undefined) return { action: `${kind}.update`, before, after }
  return { action: `${kind}.revert`, before, after: { ...after, reverted_to: revertedTo } }
}

/** Control characters would let a name forge lines in whatever shows the audit. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\u{fffd}')
}

export interface AuditRecord extends Readonly<Omit<AuditTable, 'before' | 'after'>> {
  readonly before: unknown
  readonly after: unknown
}

export const auditList: LargeListRules = {
  fields: {
    at_ms: { kind: 'number', column: 'at_ms' },
    actor_name: { kind: 'text', column: 'actor_name' },
    address: { kind: 'text', column: 'address' },
    request_id: { kind: 'text', column: 'request_id' },
    action: { kind: 'text', column: 'action' },
    object_kind: { kind: 'text', column: 'object_kind' },
    object_id: { kind: 'text', column: 'object_id' },
    object_name: { kind: 'text', column: 'object_name' },
  },
  search: ['action', 'actor_name', 'object_name'],
  sort: '-at_ms',
  key: 'id',
}

/** A page of what was changed in a realm, newest first. */
export async function listAudit(db: Database, realmId: string, query: ListQuery): Promise<Page<AuditRecord>> {
  const byKey = db.sql.selectFrom('audit').selectAll()
  const page = await largePage(db, { query: byKey.where('realm_id', '=', realmId), byKey }, auditList, query)
  return { ...page, items: page.items.map(recordOf) }
}

export function recordOf(row: AuditTable): AuditRecord {
  return { ...row, before: parsed(row.before), after: parsed(row.after) }
}

function parsed(json: string | null): unknown {
  return json === null ? null : JSON.parse(json)
}
