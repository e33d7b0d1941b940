import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nowSeconds } from '#observe/clock.ts'
import { refreshDue } from '#outbound/background.ts'
import { journalAnswer } from '#store/refresh-answers.ts'
import { sweepExpired } from '#store/sweep.ts'
import { addClient, realmOf } from './clients.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, type Office } from './office.ts'
import { askToken, OPEN_HERE, outboundBearer } from './outbound-house.ts'
import { openScriptedServer, type ScriptedServer } from './scripted-server.ts'

/* What a realm held at other servers, once the realm is deleted. */

const day = 86_400
const ofRealm = [
  'oauth_servers',
  'environments',
  'applications',
  'categories',
  'connections',
  'refresh_answers',
] as const
const ofServer = ['oauth_server_overrides', 'oauth_server_secrets', 'oauth_server_states', 'connectors'] as const

describe.each(ENGINES)('a realm with OAuth servers on %s', (engine) => {
  let house: House
  let admin: Office
  let foreign: ScriptedServer

  beforeAll(async () => {
    house = await openHouse({ engine, env: OPEN_HERE })
    admin = await adminOffice(house)
    foreign = await openScriptedServer()
    foreign.stand('/token', { json: { access_token: 'a foreign token', expires_in: 3600 } })
  })
  afterAll(async () => {
    await house.close()
    await foreign.close()
  })

  const count = async (table: (typeof ofRealm)[number] | (typeof ofServer)[number]) => {
    const rows = await house.app.context.db.sql.selectFrom(table).selectAll().execute()
    return rows.length
  }

  /** A realm in which every table of the door out has a row. */
  async function furnished(name: string): Promise<string> {
    const path = `/realms/${name}`
    await admin.post('/realms', { name })
    await admin.post(`${path}/environments`, { name: 'staging' })
    await admin.post(`${path}/applications`, { name: 'payroll' })
    await admin.post(`${path}/categories`, { name: 'finance', allowed_clients: [] })
    const made = await admin.post(`${path}/oauth-servers`, {
      name: 'Acme',
      grant_type: 'client_credentials',
      client_id: 'ours',
      client_secret: 'a secret of theirs',
      token_endpoint: `${foreign.url}/token`,
      base_url: foreign.url,
      allowed_clients: ['*'],
      overrides: [{ environment: 'staging', scope: 'less' }],
    })
    expect(made).toMatchObject({ status: 201 })
    const connector = { name: 'read', oauth_server: 'acme', method: 'GET', path: '/things' }
    expect((await admin.post(`${path}/connectors`, connector)).status).toBe(201)
    const grant_types = ['client_credentials']
    const client = { client_id: 'caller', grant_types, scope: 'outbound:token' }
    const caller = await addClient(house, client, undefined, name)
    const there = { issuer: () => house.issuer(name) }
    expect((await askToken(there, 'acme', await outboundBearer(there, caller))).status).toBe(200)
    const { db } = house.app.context
    const { id: realm_id } = await realmOf(house, name)
    const mine = db.sql.selectFrom('connections').select('id').where('realm_id', '=', realm_id)
    const { id: connection_id } = await mine.executeTakeFirstOrThrow()
    await journalAnswer(db, {
      id: `answer of ${name}`,
      realm_id,
      connection_id,
      grant_type: 'client_credentials',
      base_version: 0,
      state: 'unreadable',
      received_at_ms: 0,
      answer_sealed: 'sealed',
      expires_at: null,
    })
    for (const table of [...ofRealm, ...ofServer]) expect(await count(table), table).toBeGreaterThan(0)
    return realm_id
  }

  test('its foreign tokens end with it, and do not come back; its servers do, and nothing of them after 30 days', async () => {
    await furnished('brief')
    expect((await admin.delete('/realms/brief')).status).toBe(204)
    expect([await count('connections'), await count('refresh_answers')]).toEqual([0, 0])
    const { body: bin } = await admin.get('/realms/system/deleted')
    await admin.post(`/realms/system/deleted/${bin.items[0].id}/restore`)
    expect((await admin.get('/realms/brief/oauth-servers/acme')).body).toMatchObject({ name: 'Acme' })
    expect(await count('connections')).toBe(0)
    await admin.delete('/realms/brief')
    while ((await sweepExpired(house.app.context.db, nowSeconds() + 31 * day, 2)) > 0);
    for (const table of [...ofRealm, ...ofServer]) expect(await count(table), table).toBe(0)
  })

  test('of one that is switched off nothing is given out or renewed, and its tokens stay for when it is back', async () => {
    const id = await furnished('quiet')
    const { sql } = house.app.context.db
    await admin.patch('/realms/quiet', { enabled: false })
    const asked = foreign.asked.length
    await sql.updateTable('connections').set({ due_at: 1 }).where('realm_id', '=', id).execute()
    await refreshDue(house.app.context)
    const mine = sql.selectFrom('connections').select('due_at').where('realm_id', '=', id)
    await expect.poll(async () => (await mine.executeTakeFirstOrThrow()).due_at).toBeGreaterThan(nowSeconds())
    expect(foreign.asked.length).toBe(asked)
    expect(await count('connections')).toBe(1)
  })
})
