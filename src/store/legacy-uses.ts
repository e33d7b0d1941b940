/**
 * Which clients still come by the older shapes: a count and the last time for each, so that an administrator sees whom a
 * switch would cut off. Counted in memory and written behind, at most once a second: no token request waits for it.
 */
import { nowSeconds } from '#observe/clock.ts'
import { type Actor, writeAudit } from './audit.ts'
import { type Database, type Sql, transaction } from './database.ts'
import { type ListQuery, type ListRules, listPage, type Page } from './listing.ts'

/** `spring_get`: a token in the URL of check_token. `password`: the grant, whichever door it came by. */
export const legacyUseKinds = ['appmill', 'spring', 'spring_get', 'onesait', 'password'] as const
export type LegacyUseKind = (typeof legacyUseKinds)[number]

const WRITE_EVERY_MS = 1000

interface Waiting {
  readonly client_id: string
  readonly kind: LegacyUseKind
  uses: number
  last: number
}

export class LegacyUses {
  readonly #db: Database
  readonly #onFault: (error: unknown) => void
  readonly #known = new Set<string>()
  #waiting = new Map<string, Waiting>()
  #timer: NodeJS.Timeout | undefined

  /** `onFault` hears of counts that could not be written; they are tried again. */
  constructor(db: Database, onFault: (error: unknown) => void) {
    this.#db = db
    this.#onFault = onFault
  }

  /** Counts; writes later. `clientRowId` is clients.id. */
  record(clientRowId: string, kind: LegacyUseKind, uses = 1, last = nowSeconds()): void {
    const key = `${kind} ${clientRowId}`
    const waiting = this.#waiting.get(key)
    if (waiting) {
      waiting.uses += uses
      waiting.last = Math.max(waiting.last, last)
    } else {
      this.#waiting.set(key, { client_id: clientRowId, kind, uses, last })
    }
    this.#timer ??= setTimeout(() => void this.#writeBehind(), WRITE_EVERY_MS).unref()
  }

  /** Counts, and tells whether this client ever did it before; the first time is audited. */
  async isFirst(
    actor: Actor,
    client: { readonly id: string; readonly realm_id: string; readonly client_id: string },
    kind: LegacyUseKind,
  ): Promise<boolean> {
    this.record(client.id, kind)
    const key = `${kind} ${client.id}`
    if (this.#known.has(key)) return false
    const isFirst = await transaction(this.#db, (sql) => insertFirst(sql, actor, client, kind))
    this.#known.add(key)
    return isFirst
  }

  /** Writes what waits; what was counted before is readable when this is done. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const writing = this.#waiting
    this.#waiting = new Map()
    if (writing.size === 0) return
    // In one order for all: two nodes never wait for each other's rows.
    const ordered = [...writing].toSorted(([a], [b]) => (a < b ? -1 : 1))
    try {
      await transaction(this.#db, async (sql) => {
        for (const [, waiting] of ordered) await add(sql, waiting)
      })
    } catch (error) {
      for (const { client_id, kind, uses, last } of writing.values()) this.record(client_id, kind, uses, last)
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

async function insertFirst(
  sql: Sql,
  actor: Actor,
  client: { readonly id: string; readonly realm_id: string; readonly client_id: string },
  kind: LegacyUseKind,
): Promise<boolean> {
  const now = nowSeconds()
  const inserted = await sql
    .insertInto('legacy_uses')
    .values({ client_id: client.id, kind, uses: 0, first_used_at: now, last_used_at: now })
    .onConflict((conflict) => conflict.columns(['client_id', 'kind']).doNothing())
    .returning('client_id')
    .executeTakeFirst()
  if (!inserted) return false
  await writeAudit(sql, {
    realm_id: client.realm_id,
    actor,
    action: `client.first_${kind}_use`,
    object_kind: 'client',
    object_id: client.id,
    object_name: client.client_id,
  })
  return true
}

async function add(sql: Sql, { client_id, kind, uses, last }: Waiting): Promise<void> {
  await sql
    .insertInto('legacy_uses')
    .values({ client_id, kind, uses, first_used_at: last, last_used_at: last })
    .onConflict((conflict) =>
      conflict.columns(['client_id', 'kind']).doUpdateSet((row) => ({
        uses: row('legacy_uses.uses', '+', uses),
        last_used_at: row
          .case()
          .when('legacy_uses.last_used_at', '<', last)
          .then(last)
          .else(row.ref('legacy_uses.last_used_at'))
          .end(),
      })),
    )
    .execute()
}

export interface LegacyUse {
  readonly client_id: string
  readonly kind: LegacyUseKind
  readonly uses: number
  readonly first_used_at: number
  readonly last_used_at: number
}

const useList: ListRules = {
  fields: {
    client_id: { kind: 'folded', column: 'clients.client_id_folded' },
    kind: { kind: 'text', column: 'legacy_uses.kind' },
    uses: { kind: 'number', column: 'legacy_uses.uses' },
    first_used_at: { kind: 'number', column: 'legacy_uses.first_used_at' },
    last_used_at: { kind: 'number', column: 'legacy_uses.last_used_at' },
  },
  search: ['client_id', 'kind'],
  sort: '-last_used_at',
  key: ['legacy_uses.client_id', 'legacy_uses.kind'],
}

/** A page of who uses what of the older shapes in a realm, by live clients. */
export async function listLegacyUses(db: Database, realmId: string, query: ListQuery): Promise<Page<LegacyUse>> {
  const live = db.sql
    .selectFrom('legacy_uses')
    .innerJoin('clients', 'clients.id', 'legacy_uses.client_id')
    .select(['clients.client_id', 'legacy_uses.kind', 'legacy_uses.uses'])
    .select(['legacy_uses.first_used_at', 'legacy_uses.last_used_at'])
    .where('clients.realm_id', '=', realmId)
    .where('clients.deleted_at', 'is', null)
  return await listPage(db, live, useList, query)
}
