import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { refreshDue } from '#outbound/background.ts'
import { connectionPlace } from '#outbound/places.ts'
import { freezeConnections } from '#store/connection-changes.ts'
import type { ConnectionsTable } from '#store/connection-tables.ts'
import { findConnectionById } from '#store/connections.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, type Office } from './office.ts'
import { addServer, connectApplication, OPEN_HERE } from './outbound-house.ts'
import { openScriptedServer, type ScriptedServer } from './scripted-server.ts'

/* What is done to all connections of a server is done to each of them, in steps that no database finds too long. */

const MANY = 2100
const now = () => Math.floor(Date.now() / 1000)
const root = '/realms/default/oauth-servers/many'

describe.each(ENGINES)('many connections of one server, on %s', (engine) => {
  let house: House
  let provider: ScriptedServer
  let admin: Office

  beforeAll(async () => {
    provider = await openScriptedServer()
    provider.stand('/token', { json: { access_token: 'first', expires_in: 3600, refresh_token: 'the-first-refresh' } })
    house = await openHouse({ engine, env: OPEN_HERE })
    admin = await adminOffice(house)
    const authorization_endpoint = `${provider.url}/authorize`
    await addServer(house, `${provider.url}/token`, {
      name: 'many',
      grant_type: 'authorization_code',
      authorization_endpoint,
    })
    await multiply(await connectApplication(house, 'many'))
    provider.asked.length = 0
  })
  afterAll(async () => {
    await house.close()
    await provider.close()
  })

  const sql = () => house.app.context.db.sql
  const change = (columns: Partial<ConnectionsTable>) => sql().updateTable('connections').set(columns).execute()
  const count = async (column: 'due_at' | 'frozen_at' | 'refresh_sealed' | 'next_try_at' | 'id'): Promise<number> => {
    const found = sql()
      .selectFrom('connections')
      .select((row) => row.fn.count<number>(column).as('there'))
    return (await found.executeTakeFirstOrThrow()).there
  }

  async function multiply(id: string): Promise<void> {
    const row = await findConnectionById(sql(), id)
    if (row === undefined) throw new Error('the connection is gone')
    const { seal } = house.app.context
    for (let from = 1; from < MANY; from += 100) {
      const rows = Array.from({ length: Math.min(100, MANY - from) }, (_, at): ConnectionsTable => {
        const ids = { id: `${id}-${from + at}`, realm_id: row.realm_id }
        const refresh_sealed = seal.seal(`refresh of ${from + at}`, connectionPlace(ids, 'refresh_token'))
        return { ...row, ...ids, application: `layer ${from + at}`, refresh_sealed }
      })
      await sql().insertInto('connections').values(rows).execute()
    }
    expect(await count('refresh_sealed')).toBe(MANY)
  }

  test('frozen and released', async () => {
    expect(await freezeConnections(sql(), now())).toBe(MANY)
    expect(await count('frozen_at')).toBe(MANY)
    expect((await admin.post('/realms/default/connections/release')).body).toMatchObject({ released: MANY })
    expect(await count('frozen_at')).toBe(0)
  })

  test('switched off: none is asked for, and all come back later', async () => {
    await change({ due_at: now() - 5 })
    expect((await admin.post(`${root}/disable`, { reason: 'a pause' })).status).toBe(200)
    await refreshDue(house.app.context)
    const due = () =>
      sql()
        .selectFrom('connections')
        .select('id')
        .where('due_at', '<=', now() + 60)
        .execute()
    await expect.poll(async () => (await due()).length, { timeout: 20_000 }).toBe(0)
    expect((await admin.post(`${root}/enable`)).status).toBe(200)
    await change({ due_at: null })
    expect(provider.asked).toHaveLength(0)
  })

  test('new settings: what waited goes on; another account: all are emptied; deleted: all are gone', async () => {
    await change({ state: 'degraded', failures: 2, next_try_at: now() + 900 })
    expect((await admin.patch(root, { description: 'mended' })).status).toBe(200)
    expect(await count('next_try_at')).toBe(0)
    expect((await admin.patch(root, { client_id: 'another account' })).status).toBe(200)
    expect(await count('refresh_sealed')).toBe(0)
    expect(await count('id')).toBe(MANY)
    expect((await admin.delete(root)).status).toBe(204)
    expect(await count('id')).toBe(0)
  })
})
