import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findConnectionById } from '#store/connections.ts'
import { adoptInstance } from '#store/instance.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice } from './office.ts'
import { addCaller, addServer, askToken, connectApplication, OPEN_HERE, outboundBearer } from './outbound-house.ts'
import { openScriptedServer, rotating, type ScriptedServer } from './scripted-server.ts'

/* A copy of the database, and one that was put back to an earlier state, spend nothing. The tests build on each other. */

const now = () => Math.floor(Date.now() / 1000)

/** Another directory of the same name with the same files, as it comes from a backup of files. */
function copiedWhole(directory: string): void {
  const before = `${directory}-before`
  renameSync(directory, before)
  cpSync(before, directory, { recursive: true })
  rmSync(before, { recursive: true })
}

/** As a copy finds it: of the directory, or on PostgreSQL of the database. */
async function comeElsewhere(house: House): Promise<void> {
  const { db } = house.app.context
  const place = db.sql.updateTable('facts').where('name', '=', 'instance_place')
  if (db.engine === 'postgres') await place.set({ value: 'elsewhere' }).execute()
  await house.restart(() => void (db.engine === 'sqlite' && copiedWhole(house.config.dataDir)))
}

test.each(ENGINES)(
  'before anything was spent an installation may move, and is at home there, on %s',
  async (engine) => {
    const provider = await openScriptedServer()
    provider.stand('/token', { json: { access_token: 'one', expires_in: 3600, refresh_token: 'two' } })
    const house = await openHouse({ engine, env: OPEN_HERE })
    try {
      await comeElsewhere(house)
      const consent = { grant_type: 'authorization_code', authorization_endpoint: `${provider.url}/authorize` } as const
      await addServer(house, `${provider.url}/token`, { name: 'moved', ...consent })
      await connectApplication(house, 'moved')
      await house.restart()
      expect(await house.app.context.engine.guard.refusal()).toBeUndefined()
      await comeElsewhere(house)
      expect(await house.app.context.engine.guard.refusal()).toBeDefined()
    } finally {
      await house.close()
      await provider.close()
    }
  },
)

describe.each(ENGINES)('which database is the real one, on %s', (engine) => {
  let house: House
  let provider: ScriptedServer
  let id: string
  let bearer: string

  beforeAll(async () => {
    provider = await openScriptedServer()
    provider.stand('/token', rotating({ graceMs: 0 }))
    house = await openHouse({ engine, env: OPEN_HERE })
    const authorization_endpoint = `${provider.url}/authorize`
    await addServer(house, `${provider.url}/token`, {
      name: 'real',
      grant_type: 'authorization_code',
      authorization_endpoint,
    })
    id = await connectApplication(house, 'real')
    bearer = await outboundBearer(house, await addCaller(house, 'robot'))
  })
  afterAll(async () => {
    await house.close()
    await provider.close()
  })

  const db = () => house.app.context.db
  const file = () => join(house.config.dataDir, 'instance.json')
  const known = () => JSON.parse(readFileSync(file(), 'utf8'))
  const expire = () =>
    db()
      .sql.updateTable('connections')
      .set({ soft_at: now() - 30, hard_at: now() - 20, expires_at: now() - 10 })
      .execute()
  const ask = async () => {
    await expire()
    const { status, body } = await askToken(house, 'real', bearer)
    return `${status} ${body.code ?? ''}`
  }

  /** What the health of the realm says of it. */
  const copies = async () => {
    const admin = await adminOffice(house)
    return (await admin.get('/realms/default/health?rule=instance_is_a_copy&severity=error')).body.total
  }

  test('every new refresh token raises the mark, in the database and beside it', async () => {
    expect(await ask()).toBe('200 ')
    await expect.poll(() => known().high_water).toBe(2)
  })

  const copied: Readonly<Record<string, () => Promise<void>>> =
    engine === 'sqlite'
      ? {
          'a directory that was copied whole': () => comeElsewhere(house),
          'a directory that does not know the database': () => house.restart(() => rmSync(file())),
        }
      : {
          'a database that lies elsewhere': () => comeElsewhere(house),
        }

  test.each(Object.keys(copied))('%s spends nothing, until it is told that it is the real one', async (way) => {
    await copied[way]?.()
    const asked = provider.asked.length
    expect(await ask()).toBe('503 refresh_frozen')
    expect(provider.asked).toHaveLength(asked)
    expect(await copies()).toBe(1)
    await adoptInstance(db(), house.config)
    await expect.poll(ask, { timeout: 10_000, interval: 500 }).toBe('200 ')
    expect(await copies()).toBe(0)
    await house.restart()
    expect(await ask()).toBe('200 ')
  })

  test('a database that is older than its mark is frozen, connection by connection, until it is released', async () => {
    await house.restart(() => writeFileSync(file(), JSON.stringify({ ...known(), high_water: 1000 })))
    expect(await ask()).toBe('503 refresh_frozen')
    expect((await findConnectionById(db().sql, id))?.frozen_at).not.toBeNull()
    await db().sql.updateTable('connections').set({ frozen_at: null }).execute()
    expect(await ask()).toBe('200 ')
    await house.restart()
    expect(await ask()).toBe('200 ')
  })

  test('a database that falls behind while we run, as after a standby took over, is frozen too', async () => {
    expect(await ask()).toBe('200 ')
    await db().sql.updateTable('facts').set({ value: '7' }).where('name', '=', 'outbound_high_water').execute()
    const asked = provider.asked.length
    expect(await ask()).toBe('503 refresh_frozen')
    expect(provider.asked).toHaveLength(asked)
    await db().sql.updateTable('connections').set({ frozen_at: null }).execute()
    expect(await ask()).toBe('200 ')
  })
})
