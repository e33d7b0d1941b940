import { randomId } from '#crypto/random.ts'
import type { Sql } from './database.ts'

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

/** Control characters would let a name forge lines in whatever shows the audit. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\u{fffd}')
}
