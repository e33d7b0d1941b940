import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureConnection } from '#store/connections.ts'
import { realmOf } from './clients.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, type Office } from './office.ts'
import { addServer } from './outbound-house.ts'

describe.each(ENGINES)('the connections of a realm, on %s', (engine) => {
  let house: House
  let admin: Office
  const path = '/realms/default/connections'

  beforeAll(async () => {
    house = await openHouse({ engine })
    admin = await adminOffice(house)
    const { id: realmId } = await realmOf(house, 'default')
    for (const [name, slug] of [
      ['The CRM', 'crm'],
      ['Second CRM', 'crm-2'],
    ] as const) {
      const server = await addServer(house, 'https://login.example/token', { name, slug })
      await ensureConnection(house.app.context.db, realmId, {
        server_id: server.id,
        subject: 'application',
        environment: '',
        application: '',
        asked_scope: '',
      })
    }
    await admin.post('/realms', { name: 'acme' })
  })
  afterAll(() => house.close())

  test('all servers in one list, by slug and name; one server by its very slug; no other realm', async () => {
    const all = await admin.get(`${path}?sort=server`)
    expect(all.body).toMatchObject({
      total: 2,
      items: [
        { server: 'crm', server_name: 'The CRM', subject: 'application', state: 'ok' },
        { server: 'crm-2', server_name: 'Second CRM' },
      ],
    })
    expect(JSON.stringify(all.body)).not.toMatch(/sealed|server_id/)
    const found = async (query: string) =>
      (await admin.get(`${path}?${query}`)).body.items.map((each: { server: string }) => each.server)
    expect(await found('server=crm')).toEqual(['crm'])
    expect(await found('server_name=SECOND')).toEqual(['crm-2'])
    expect(await found('search=second')).toEqual(['crm-2'])
    expect(await found('sort=-server_name')).toEqual(['crm', 'crm-2'])
    expect(await found('state=degraded')).toEqual([])
    expect(await found('server=none')).toEqual([])
    expect((await admin.get('/realms/acme/connections')).body.total).toBe(0)
    expect((await admin.get(`${path}?no_such=1`)).body).toMatchObject({ status: 400, field: 'no_such' })
  })

  test('as a file: the filtered list', async () => {
    const { body } = await admin.get(`${path}?format=json&columns=server,state&server=crm-2`)
    expect(body).toEqual([{ server: 'crm-2', state: 'ok' }])
  })
})
