/**
 * A process of its own that writes into the database of its first argument: prints `open`, then each row's id once it
 * was acknowledged, by so many writers at once as its second argument says. Ends when it is killed, at once with none.
 */
import { randomUUID } from 'node:crypto'
import { writeSync } from 'node:fs'
import { openDatabase, transaction } from '../src/store/database.ts'

const [url = '', writers = '0'] = process.argv.slice(2)
const db = await openDatabase({
  url,
  onFatal: (error) => {
    throw error
  },
})
writeSync(1, 'open\n')

async function write(): Promise<void> {
  for (;;) {
    const [single, paired] = [randomUUID(), randomUUID()]
    await db.sql.insertInto('spent_assertions').values({ id: single, expires_at: 1 }).execute()
    writeSync(1, `${single}\n`)
    await transaction(db, async (sql) => {
      await sql.insertInto('spent_assertions').values({ id: paired, expires_at: 2 }).execute()
      await sql.insertInto('revoked_tokens').values({ jti: paired, expires_at: 2 }).execute()
    })
    writeSync(1, `${paired}\n`)
  }
}

await Promise.all(Array.from({ length: Number(writers) }, write))
await db.close()
