/**
 * What clients did last, and what has become of the code and the token that they got. Owns: writing what was noted, in
 * single statements whose rows come in one order, so that nodes which write at once never wait for each other in a
 * circle; and telling the state of a code or token at the moment of reading. Does not own: when it is written
 * (`issuer/client-activity.ts`). Of what several nodes noted the newest stays, whoever writes first.
 */
import { type RawBuilder, sql as raw } from 'kysely'
import { nowSeconds } from '#observe/clock.ts'
import type { ClientActivityTable } from './activity-tables.ts'
import type { Client } from './clients.ts'
import type { Database, Sql } from './database.ts'
import { findLiveGrantIds } from './grants.ts'
import type { Realm } from './realms.ts'

/** A row to be written, and what only the moment of writing needs. */
export interface SeenClient {
  readonly row: Omit<ClientActivityTable, 'realm_id'>
  /** Hash of the code in the row. */
  readonly codeHash: string | undefined
  /** Grants whose code was redeemed: one of them may be the code that was written before. */
  readonly redeemedGrants: readonly string[]
}

/** What never changes. */
type Fixed = 'client_id' | 'realm_id'

/** Each column is taken over from the newer of two rows, as this column of them says. */
const newerBy: Readonly<Record<Exclude<keyof ClientActivityTable, Fixed>, keyof ClientActivityTable>> = {
  last_used_at: 'last_used_at',
  redirect_uri: 'code_created_at',
  code_fingerprint: 'code_created_at',
  code_grant_id: 'code_created_at',
  code_created_at: 'code_created_at',
  code_expires_at: 'code_created_at',
  code_redeemed_at: 'code_created_at',
  passthru_user_id: 'passthru_user_at',
  passthru_user_at: 'passthru_user_at',
  token_fingerprint: 'token_created_at',
  token_hash: 'token_created_at',
  token_jti: 'token_created_at',
  token_grant_id: 'token_created_at',
  token_epoch: 'token_created_at',
  token_created_at: 'token_created_at',
  token_expires_at: 'token_created_at',
}

function newer([column, time]: readonly [string, string]): RawBuilder<unknown> {
  const [now, before] = [raw.ref(`excluded.${time}`), raw.ref(`client_activity.${time}`)]
  const [mine, theirs] = [raw.ref(`excluded.${column}`), raw.ref(`client_activity.${column}`)]
  return raw`${raw.ref(column)} = case when ${now} >= coalesce(${before}, 0) then ${mine} else ${theirs} end`
}

function realmOf(clientId: string): RawBuilder<string | null> {
  return raw`(select realm_id from clients where id = ${clientId} and deleted_at is null)`
}

/** To be called where a client is deleted or comes back: what a deleted one did is in no list of the realm. */
export async function relistActivity(sql: Sql, clientRowId: string): Promise<void> {
  await sql
    .updateTable('client_activity')
    .set({ realm_id: realmOf(clientRowId) })
    .where('client_id', '=', clientRowId)
    .execute()
}

/** Writing the same again changes nothing, so what failed half-way is simply written again. */
export async function writeClientActivity(db: Database, seen: readonly SeenClient[]): Promise<void> {
  const ordered = seen.toSorted((a, b) => (a.row.client_id < b.row.client_id ? -1 : 1))
  for (const some of batches(ordered)) {
    await db.sql
      .insertInto('client_activity')
      .values(some.map(({ row }) => ({ ...row, realm_id: realmOf(row.client_id) })))
      .modifyEnd(raw`on conflict (client_id) do update set ${raw.join(Object.entries(newerBy).map(newer))}`)
      .execute()
  }
  for (const { row, redeemedGrants } of ordered) {
    for (const grant of redeemedGrants) await markRedeemed(db.sql, row.client_id, grant)
  }
  for (const some of batches(ordered.filter(({ codeHash }) => codeHash !== undefined))) await markSpent(db.sql, some)
}

/** When the secrets were used, by id; those that have ended meanwhile are passed over. */
export async function writeSecretActivity(db: Database, usedAt: ReadonlyMap<string, number>): Promise<void> {
  const bySecond = Map.groupBy(usedAt.keys(), (id) => usedAt.get(id) ?? 0)
  for (const [at, ids] of bySecond) {
    for (const some of batches(ids.toSorted())) {
      await db.sql
        .insertInto('client_secret_activity')
        .columns(['secret_id', 'last_used_at'])
        .expression((build) =>
          build
            .selectFrom('client_secrets')
            .select(['id', raw<number>`cast(${at} as bigint)`.as('last_used_at')])
            .where('id', 'in', some)
            .orderBy('id'),
        )
        .onConflict((conflict) =>
          conflict
            .column('secret_id')
            .doUpdateSet((row) => ({ last_used_at: row.ref('excluded.last_used_at') }))
            .whereRef('client_secret_activity.last_used_at', '<', 'excluded.last_used_at'),
        )
        .execute()
    }
  }
}

/** When each of the secrets of these ids was used last; those never used are not in it. */
export async function findSecretActivity(db: Database, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (ids.length === 0) return new Map()
  const rows = await db.sql.selectFrom('client_secret_activity').selectAll().where('secret_id', 'in', ids).execute()
  return new Map(rows.map((row) => [row.secret_id, row.last_used_at]))
}

/** Sizes that repeat: each size is a text of its own for whoever keeps prepared statements. */
function* batches<T>(list: readonly T[]): Generator<readonly T[]> {
  let size = 64
  for (let at = 0; at < list.length; at += size) {
    while (list.length - at < size) size /= 2
    yield list.slice(at, at + size)
  }
}

async function markRedeemed(sql: Sql, clientId: string, grantId: string): Promise<void> {
  await sql
    .updateTable('client_activity')
    .set({ code_redeemed_at: nowSeconds() })
    .where('client_id', '=', clientId)
    .where('code_grant_id', '=', grantId)
    .execute()
}

/** A code may have been redeemed at another node before this one wrote that it was issued. */
async function markSpent(sql: Sql, seen: readonly SeenClient[]): Promise<void> {
  const byHash = new Map(seen.map(({ codeHash, row }) => [codeHash ?? '', row]))
  const spent = await sql
    .selectFrom('authorization_codes')
    .select(['code_hash', 'grant_id'])
    .where('code_hash', 'in', [...byHash.keys()])
    .where('spent_at', 'is not', null)
    .execute()
  for (const { code_hash, grant_id } of spent) {
    await markRedeemed(sql, byHash.get(code_hash)?.client_id ?? '', grant_id)
  }
}

/** `issued`: it would be taken at this moment. `revoked`: it, or what it rests on, was ended. */
export type TraceState = 'issued' | 'redeemed' | 'expired' | 'revoked'

/** A code or token as people may see it: never the thing itself. */
export interface Trace {
  /** First 8 hex digits of its SHA-256. */
  readonly fingerprint: string
  readonly state: TraceState
}

export interface ClientActivity {
  /** Where the last code was sent. */
  readonly redirect_uri: string | null
  readonly authorization_code: Trace | null
  readonly code_created_at: number | null
  readonly access_token: Trace | null
  readonly token_created_at: number | null
  /** The username of who signed in last. */
  readonly passthru_user: string | null
  readonly last_used_at: number | null
}

const nothingYet: ClientActivity = {
  redirect_uri: null,
  authorization_code: null,
  code_created_at: null,
  access_token: null,
  token_created_at: null,
  passthru_user: null,
  last_used_at: null,
}

type Row = ClientActivityTable & { readonly username: string | null }

/** What is live at the moment of reading, of all that the rows name. */
interface Alive {
  readonly now: number
  readonly grants: ReadonlySet<string>
  /** Opaque tokens that were not revoked. */
  readonly tokenHashes: ReadonlySet<string>
  /** JWTs that were. */
  readonly revokedJtis: ReadonlySet<string>
}

/** What each of these clients of the realm did last, by clients.id. */
export async function findClientActivity(
  db: Database,
  realm: Pick<Realm, 'enabled'>,
  clients: readonly Client[],
): Promise<(client: Client) => ClientActivity> {
  const rows = clients.length === 0 ? [] : await findRows(db.sql, clients)
  const byClient = new Map(rows.map((row) => [row.client_id, row]))
  const alive = await findAlive(db, rows)
  return (client) => {
    const row = byClient.get(client.id)
    if (row === undefined) return nothingYet
    return {
      redirect_uri: row.redirect_uri,
      authorization_code: traceOf(row.code_fingerprint, () => codeState(row, alive)),
      code_created_at: row.code_created_at,
      access_token: traceOf(row.token_fingerprint, () => tokenState(row, realm, client, alive)),
      token_created_at: row.token_created_at,
      passthru_user: row.username,
      last_used_at: row.last_used_at,
    }
  }
}

function findRows(sql: Sql, clients: readonly Client[]): Promise<Row[]> {
  return sql
    .selectFrom('client_activity')
    .leftJoin('users', 'users.id', 'client_activity.passthru_user_id')
    .selectAll('client_activity')
    .select('users.username')
    .where(
      'client_activity.client_id',
      'in',
      clients.map(({ id }) => id),
    )
    .execute()
}

async function findAlive(db: Database, rows: readonly Row[]): Promise<Alive> {
  const now = nowSeconds()
  const grantIds = rows.flatMap((row) => [row.code_grant_id ?? [], row.token_grant_id ?? []].flat())
  const hashes = rows.flatMap((row) => row.token_hash ?? [])
  const jtis = rows.flatMap((row) => row.token_jti ?? [])
  const [grants, opaque, revoked] = await Promise.all([
    grantIds.length === 0 ? [] : findLiveGrantIds(db.sql, grantIds, now),
    hashes.length === 0
      ? []
      : db.sql.selectFrom('access_tokens').select('token_hash').where('token_hash', 'in', hashes).execute(),
    jtis.length === 0 ? [] : db.sql.selectFrom('revoked_tokens').select('jti').where('jti', 'in', jtis).execute(),
  ])
  return {
    now,
    grants: new Set(grants),
    tokenHashes: new Set(opaque.map((row) => row.token_hash)),
    revokedJtis: new Set(revoked.map((row) => row.jti)),
  }
}

function traceOf(fingerprint: string | null, stateOf: () => TraceState): Trace | null {
  return fingerprint === null ? null : { fingerprint, state: stateOf() }
}

function codeState(row: Row, alive: Alive): TraceState {
  if (row.code_redeemed_at !== null) return 'redeemed'
  if ((row.code_expires_at ?? 0) <= alive.now) return 'expired'
  return alive.grants.has(row.code_grant_id ?? '') ? 'issued' : 'revoked'
}

/** Says what introspection would say. */
function tokenState(row: Row, realm: Pick<Realm, 'enabled'>, client: Client, alive: Alive): TraceState {
  if ((row.token_expires_at ?? 0) <= alive.now) return 'expired'
  const isRevoked =
    row.token_hash === null ? alive.revokedJtis.has(row.token_jti ?? '') : !alive.tokenHashes.has(row.token_hash)
  if (isRevoked) return 'revoked'
  const holds =
    row.token_grant_id === null
      ? realm.enabled && client.enabled && client.token_epoch === row.token_epoch
      : alive.grants.has(row.token_grant_id)
  return holds ? 'issued' : 'revoked'
}
