/** What the house does when nobody knocks. Only the intervals' clock is moved by hand. */
import { sql as text } from 'kysely'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createLog } from '#observe/log.ts'
import { takeLease } from '#store/leases.ts'
import { revokeJti } from '#store/revocations.ts'
import { type Chores, startChores } from '../src/chores.ts'
import { ENGINES, type House, openHouse } from './house.ts'

describe.each(ENGINES)('chores on %s', (engine) => {
  let house: House
  let chores: Chores
  let logged: string[]

  beforeEach(async () => {
    house = await openHouse({ engine })
    logged = []
    const log = createLog('info', { write: (line: string) => void logged.push(line) })
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    chores = startChores(house.app.context, log)
  })
  afterEach(async () => {
    await chores.stop()
    vi.useRealTimers()
    await house.close()
  })

  const aMinute = () => vi.advanceTimersByTime(60_000)
  const count = async (table: 'revoked_tokens' | 'signing_keys') => {
    const { sql } = house.app.context.db
    const { many } = await sql
      .selectFrom(table)
      .select((each) => each.fn.countAll<number>().as('many'))
      .executeTakeFirstOrThrow()
    return many
  }

  test('every minute what expired is swept, whatever it is in many batches, and the rest stays', async () => {
    const { sql } = house.app.context.db
    const rows = Array.from({ length: 1200 }, (_, at) => ({ jti: `old ${at}`, expires_at: 1 }))
    await sql.insertInto('revoked_tokens').values(rows).execute()
    await revokeJti(sql, 'young', Math.floor(Date.now() / 1000) + 1000)
    aMinute()
    await expect.poll(() => count('revoked_tokens')).toBe(1)
  })

  test('the next keys of every realm are announced, once however often it knocks', async () => {
    const before = await count('signing_keys')
    for (let minute = 0; minute < 10; minute++) aMinute()
    await chores.stop()
    expect(await count('signing_keys')).toBe(2 * before)
  })

  test('what another node does is left to it', async () => {
    const { db } = house.app.context
    const held = await Promise.all(
      ['sweep', 'rotate-keys'].map((name) => takeLease(db, `chore:${name}`, 'another', 600)),
    )
    expect(held).not.toContain(undefined)
    await revokeJti(db.sql, 'old', 1)
    const keys = await count('signing_keys')
    aMinute()
    await chores.stop()
    expect([await count('revoked_tokens'), await count('signing_keys')]).toEqual([1, keys])
    expect(logged).toEqual([])
  })

  test('a chore that fails is told to the log and comes again', async () => {
    const { sql } = house.app.context.db
    await text`alter table revoked_tokens rename to away`.execute(sql)
    aMinute()
    await expect.poll(() => logged.join('')).toContain('a chore failed and will be tried again')
    expect(JSON.parse(logged[0] ?? '')).toMatchObject({ level: 'warn', chore: 'sweep' })
    await text`alter table away rename to revoked_tokens`.execute(sql)
    await revokeJti(sql, 'old', 1)
    const again = async () => {
      aMinute()
      return await count('revoked_tokens')
    }
    await expect.poll(again).toBe(0)
  })
})
