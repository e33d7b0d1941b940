/**
 * What happened at the doors: who signed in and out, who was refused, what was shown twice. Noted in memory and written
 * behind, at most once a second and when the house closes, so that no request waits for it; a process that is killed
 * loses the notes of its last second (they are in the log). The same thing again within a minute, from the same network
 * and for the same person and client, is counted in the row that is there; and of what was refused a process makes at
 * most so many rows a minute, whoever and however many try: the rest is counted in one row for each realm and kind.
 * Changes that an administrator makes are not here: they are the audit.
 */
import { sha256Base64url } from '#crypto/hash.ts'
import { randomId } from '#crypto/random.ts'
import { type Database, type Sql, transaction } from './database.ts'
import { type LargeListRules, largePage } from './large-listing.ts'
import type { ListQuery, Page } from './listing.ts'
import type { EventsTable } from './passing-tables.ts'

export const eventKinds = [
  'login',
  'login_failed',
  'login_throttled',
  'logout',
  'password_changed',
  'consent_given',
  'consent_denied',
  'consent_withdrawn',
  'code_reused',
  'refresh_token_reused',
  'client_authentication_failed',
  'console_sign_in',
  'console_sign_out',
  'console_refused',
] as const
export type EventKind = (typeof eventKinds)[number]

/** Anybody can make these happen, as often as they like. */
const refused: ReadonlySet<EventKind> = new Set([
  'login_failed',
  'login_throttled',
  'code_reused',
  'refresh_token_reused',
  'client_authentication_failed',
  'console_refused',
])

const WRITE_EVERY_MS = 1000
const MINUTE_MS = 60_000
const KEPT_SECONDS = 90 * 86_400
/** Rows a minute and process for what was refused, without those that count the rest. */
export const refusedRowsPerMinute = 100
const longestDetail = 200

export interface NewEvent {
  readonly realm_id: string
  readonly kind: EventKind
  /** Somebody who exists: what was typed as a name may be a password. */
  readonly user?: { readonly id: string; readonly username: string } | undefined
  /** The name of a client that exists, for the same reason. */
  readonly client_id?: string | undefined
  readonly address: string
  readonly request_id: string
  /** One of our own sentences, or names of scopes. */
  readonly detail?: string
}

export class Events {
  readonly #db: Database
  readonly #onFault: (error: unknown) => void
  /** Of this process: two of them never count in one row. */
  readonly #owner = randomId()
  #waiting = new Map<string, EventsTable>()
  #minute = 0
  #refusedRows = new Set<string>()
  #timer: NodeJS.Timeout | undefined

  /** `onFault` hears of events that could not be written; they are tried again. */
  constructor(db: Database, onFault: (error: unknown) => void) {
    this.#db = db
    this.#onFault = onFault
  }

  /** Notes; writes later. */
  record(event: NewEvent, atMs = Date.now()): void {
    const row = this.#rowOf(event, atMs)
    const known = this.#waiting.get(row.id)
    if (known) this.#waiting.set(row.id, added(known, row))
    else this.#waiting.set(row.id, row)
    this.#timer ??= setTimeout(() => void this.#writeBehind(), WRITE_EVERY_MS).unref()
  }

  #rowOf(event: NewEvent, atMs: number): EventsTable {
    const { kind, realm_id, user, client_id, address } = event
    const minute = Math.floor(atMs / MINUTE_MS)
    const id = idOf([this.#owner, minute, realm_id, kind, address, user?.id, client_id, event.detail])
    if (!refused.has(kind) || this.#hasRoom(minute, id)) return printed(event, id, atMs)
    const rest = {
      realm_id,
      kind,
      address: '',
      request_id: '',
      detail: 'many more, from many places or for many names',
    }
    return printed(rest, idOf([this.#owner, minute, realm_id, kind]), atMs)
  }

  #hasRoom(minute: number, id: string): boolean {
    if (minute !== this.#minute) {
      this.#minute = minute
      this.#refusedRows = new Set()
    }
    if (this.#refusedRows.has(id)) return true
    if (this.#refusedRows.size >= refusedRowsPerMinute) return false
    this.#refusedRows.add(id)
    return true
  }

  /** Writes what waits; what was noted before is readable when this is done. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const writing = this.#waiting
    this.#waiting = new Map()
    if (writing.size === 0) return
    try {
      await transaction(this.#db, async (sql) => {
        for (const row of writing.values()) await write(sql, row)
      })
    } catch (error) {
      for (const [id, row] of writing) {
        const later = this.#waiting.get(id)
        this.#waiting.set(id, later ? added(row, later) : row)
      }
      this.#timer ??= setTimeout(() => void this.#writeBehind(), WRITE_EVERY_MS).unref()
      throw error
    }
  }

  /** The last words of a process; what cannot be written any more is lost. */
  async close(): Promise<void> {
    await this.#writeBehind()
    clearTimeout(this.#timer)
  }

  async #writeBehind(): Promise<void> {
    try {
      await this.flush()
    } catch (error) {
      this.#onFault(error)
    }
  }
}

function idOf(parts: readonly unknown[]): string {
  return sha256Base64url(JSON.stringify(parts))
}

function printed({ realm_id, kind, user, client_id, ...event }: NewEvent, id: string, atMs: number): EventsTable {
  return {
    id,
    realm_id,
    at_ms: atMs,
    last_at_ms: atMs,
    count: 1,
    kind,
    user_id: user?.id ?? null,
    username: user === undefined ? null : oneLine(user.username),
    client_id: client_id === undefined ? null : oneLine(client_id),
    address: oneLine(event.address),
    request_id: oneLine(event.request_id),
    detail: oneLine(event.detail ?? '').slice(0, longestDetail),
    expires_at: Math.floor(atMs / 1000) + KEPT_SECONDS,
  }
}

/** Control characters would let a name forge lines in whatever shows the events. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}/gu, '\u{fffd}')
}

function added(row: EventsTable, later: EventsTable): EventsTable {
  return { ...row, count: row.count + later.count, last_at_ms: Math.max(row.last_at_ms, later.last_at_ms) }
}

async function write(sql: Sql, row: EventsTable): Promise<void> {
  await sql
    .insertInto('events')
    .values(row)
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((set) => ({
        count: set('events.count', '+', row.count),
        last_at_ms: row.last_at_ms,
      })),
    )
    .execute()
}

export type EventRecord = Readonly<Omit<EventsTable, 'realm_id' | 'expires_at'>>

const eventList: LargeListRules = {
  fields: {
    at_ms: { kind: 'number', column: 'at_ms' },
    last_at_ms: { kind: 'number', column: 'last_at_ms' },
    count: { kind: 'number', column: 'count' },
    kind: { kind: 'text', column: 'kind' },
    user_id: { kind: 'text', column: 'user_id', nullable: true },
    username: { kind: 'text', column: 'username', nullable: true },
    client_id: { kind: 'text', column: 'client_id', nullable: true },
    address: { kind: 'text', column: 'address' },
    request_id: { kind: 'text', column: 'request_id' },
    detail: { kind: 'text', column: 'detail' },
  },
  search: ['kind', 'username', 'client_id', 'address'],
  sort: '-at_ms',
  key: 'id',
  isCostly: true,
}

/** A page of what happened in a realm, the newest first. */
export async function listEvents(db: Database, realmId: string, query: ListQuery): Promise<Page<EventRecord>> {
  const byKey = db.sql
    .selectFrom('events')
    .select(['id', 'at_ms', 'last_at_ms', 'count', 'kind', 'user_id', 'username', 'client_id', 'address'])
    .select(['request_id', 'detail'])
  return await largePage(db, { query: byKey.where('realm_id', '=', realmId), byKey }, eventList, query)
}
