/** Single values that the whole installation shares, by name. */
import type { Sql } from './database.ts'

export async function readFact(sql: Sql, name: string): Promise<string | undefined> {
  const row = await sql.selectFrom('facts').select('value').where('name', '=', name).executeTakeFirst()
  return row?.value
}

/** Sets the fact, whatever it was before. */
export async function writeFact(sql: Sql, name: string, value: string): Promise<void> {
  await sql
    .insertInto('facts')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute()
}

/** Sets the fact unless it is set; answers what holds now: of several at once, all get the value of the first. */
export async function addFact(sql: Sql, name: string, value: string): Promise<string> {
  await sql
    .insertInto('facts')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
  const row = await sql.selectFrom('facts').select('value').where('name', '=', name).executeTakeFirstOrThrow()
  return row.value
}
