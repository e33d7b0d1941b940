/**
 * Which database this is, as the database says: its own id, and a mark that every spent refresh token raises. Compared
 * with what is known outside it (`outbound/instance.ts`), they tell a copy and a restored backup from the real one.
 */
import { sql as raw } from 'kysely'
import { randomId } from '#crypto/random.ts'
import { nowSeconds } from '#observe/clock.ts'
import { freezeConnections } from './connection-changes.ts'
import { type Database, type Sql, transaction } from './database.ts'
import { addFact, readFact, writeFact } from './facts.ts'
import { directoryNumber, writeOutside } from './instance-file.ts'

const ID = 'instance'
const HIGH_WATER = 'outbound_high_water'
const PLACE = 'instance_place'

export interface Instance {
  readonly id: string
  readonly highWater: number
}

/** undefined: this database has never refreshed anything anywhere. */
export async function readInstance(db: Database): Promise<Instance | undefined> {
  const id = await readFact(db.sql, ID)
  return id === undefined ? undefined : { id, highWater: Number((await readFact(db.sql, HIGH_WATER)) ?? 0) }
}

/** Gives the database its id; of two at once both get the same. */
export async function foundInstance(db: Database, id: string): Promise<Instance> {
  const highWater = Number(await addFact(db.sql, HIGH_WATER, '0'))
  return { id: await addFact(db.sql, ID, id), highWater }
}

/** Where the database lay when it was last known to be the real one. */
export async function readPlace(sql: Sql): Promise<string | undefined> {
  return await readFact(sql, PLACE)
}

export async function writePlace(sql: Sql, place: string): Promise<void> {
  await writeFact(sql, PLACE, place)
}

/** In the transaction that saves a new refresh token; answers the mark. */
export async function raiseHighWater(sql: Sql): Promise<number> {
  const { value } = await sql
    .updateTable('facts')
    .set({ value: raw<string>`cast(cast(value as bigint) + 1 as text)` })
    .where('name', '=', HIGH_WATER)
    .returning('value')
    .executeTakeFirstOrThrow()
  return Number(value)
}

export async function readHighWater(sql: Sql): Promise<number> {
  return Number((await readFact(sql, HIGH_WATER)) ?? 0)
}

/**
 * The database is older than `mark`, which was seen of it: refresh tokens are frozen, and it counts on from there, so that
 * no other node finds the same once more. Answers how many connections were frozen.
 */
export function freezeBehind(db: Database, mark: number): Promise<number> {
  return transaction(db, async (sql) => {
    await sql
      .updateTable('facts')
      .set({ value: String(mark) })
      .where('name', '=', HIGH_WATER)
      .where(raw<number>`cast(value as bigint)`, '<', mark)
      .execute()
    return await freezeConnections(sql, nowSeconds())
  })
}

/** Where the one lies to whom a database belongs: its data directory, or on PostgreSQL the server and whom it serves. */
export interface Surroundings {
  readonly dataDir: string
  readonly publicUrl: string
}

/** Where a database lies: a copy says another place. */
export async function placeOf(db: Database, { dataDir, publicUrl }: Surroundings): Promise<string> {
  if (db.engine === 'sqlite') return directoryNumber(dataDir)
  const named = raw<{
    place: string
  }>`select (select oid from pg_database where datname = current_database())::text as place`
  const { rows } = await named.execute(db.sql)
  return `${rows[0]?.place ?? ''}/${await systemIdentifier(db)} ${publicUrl}`
}

/** From now on this database and data directory are the real ones; every copy that was made before is not. */
export async function adoptInstance(db: Database, surroundings: Surroundings): Promise<void> {
  const { highWater } = await foundInstance(db, randomId())
  const id = randomId()
  const place = await placeOf(db, surroundings)
  await transaction(db, async (sql) => {
    await writeFact(sql, ID, id)
    await writeFact(sql, PLACE, place)
  })
  writeOutside(surroundings.dataDir, { id, high_water: highWater })
}

/** Not every server that speaks PostgreSQL's protocol has one, or tells it to everybody. */
async function systemIdentifier(db: Database): Promise<string> {
  try {
    const { rows } = await raw<{ id: string }>`select system_identifier::text as id from pg_control_system()`.execute(
      db.sql,
    )
    return rows[0]?.id ?? ''
  } catch {
    return ''
  }
}
