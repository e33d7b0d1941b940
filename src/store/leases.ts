/**
 * Leases: one holder among all processes, by the database's clock, so that clocks of nodes do not matter. The epoch
 * grows with every new holder; who writes under a lease can show with it that nobody took over meanwhile.
 */
import { sql } from 'kysely'
import type { Database } from './database.ts'

/**
 * Takes, or by the same owner prolongs, the lease `name` for `seconds`. Answers its epoch, or undefined while another
 * owner holds it. `owner` is random per holder, never shared by two flights of one process.
 */
export async function takeLease(
  db: Database,
  name: string,
  owner: string,
  seconds: number,
): Promise<number | undefined> {
  const until = sql<number>`now_ms() + ${Math.round(seconds * 1000)}`
  const taken = await db.sql
    .insertInto('leases')
    .values({ name, owner, until_ms: until, epoch: 1 })
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet({
          owner,
          until_ms: until,
          epoch: sql<number>`case when leases.owner = ${owner} and leases.until_ms > now_ms()
            then leases.epoch else leases.epoch + 1 end`,
        })
        .where((lease) =>
          lease.or([lease('leases.owner', '=', owner), lease('leases.until_ms', '<=', sql<number>`now_ms()`)]),
        ),
    )
    .returning('epoch')
    .executeTakeFirst()
  return taken?.epoch
}

/** Gives the lease back before its time; nothing happens when `owner` does not hold it any more. */
export async function releaseLease(db: Database, name: string, owner: string): Promise<void> {
  await db.sql.updateTable('leases').set({ until_ms: 0 }).where('name', '=', name).where('owner', '=', owner).execute()
}
