import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addClient, addUser, type Credentials } from './clients.ts'
import { REDIRECT_URI, refresh, tokensOf } from './code-flow.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, type Office } from './office.ts'

describe.each(ENGINES)('who is logged in and what is allowed, on %s', (engine) => {
  let house: House
  let admin: Office
  let shop: Credentials
  let ada: string
  let bob: string
  const client = {
    redirect_uris: [REDIRECT_URI],
    grant_types: ['authorization_code', 'refresh_token'],
    scope: 'openid offline_access',
    require_consent: true,
  }
  const realm = '/realms/default'

  beforeAll(async () => {
    house = await openHouse({ engine })
    admin = await adminOffice(house)
    shop = await addClient(house, { ...client, client_id: 'shop/1', client_name: 'The Shop' })
    await addClient(house, { ...client, client_id: 'other' })
    await admin.post('/realms', { name: 'acme' })
    ada = await addUser(house, { username: 'ada' })
    bob = await addUser(house, { username: 'bob' })
  })
  afterAll(() => house.close())

  const tokens = (username: string) => tokensOf(house, { client: shop, username, scope: 'openid offline_access' })

  test('sessions of a realm: listed, filtered, ended one by one', async () => {
    await tokens('ada')
    await tokens('bob')
    const all = await admin.get(`${realm}/sessions?sort=username`)
    expect(all.body).toMatchObject({ total: 2, items: [{ username: 'ada', user_id: ada, amr: ['pwd'] }, {}] })
    expect(JSON.stringify(all.body)).not.toContain('token_hash')
    const [mine] = (await admin.get(`${realm}/sessions?username=AD`)).body.items
    expect((await admin.delete(`/realms/acme/sessions/${mine.id}`)).status).toBe(404)
    expect((await admin.delete(`${realm}/sessions/${mine.id}`)).status).toBe(204)
    expect((await admin.delete(`${realm}/sessions/${mine.id}`)).status).toBe(404)
    expect((await admin.get(`${realm}/sessions`)).body.items).toMatchObject([{ username: 'bob' }])
    const [entry] = (await admin.get(`${realm}/audit?action=user.end_sessions`)).body.items
    expect(entry).toMatchObject({ object_name: 'ada', after: { sessions: 1 } })
  })

  test('grants of a realm and of a client: one is revoked, with its tokens, by its own paths only', async () => {
    const { refresh_token: first = '' } = await tokens('ada')
    const { refresh_token: second = '' } = await tokens('bob')
    const found = await admin.get(`${realm}/grants?client_id=shop&offline=true&sort=-created_at&page_size=2`)
    expect(found.body.items[0]).toMatchObject({ client_id: 'shop/1', client_name: 'The Shop', offline: true })
    const of = async (username: string) => (await admin.get(`${realm}/grants?username=${username}`)).body.items[0].id
    const [adas, bobs] = [await of('ada'), await of('bob')]
    expect((await admin.delete(`/realms/acme/grants/${adas}`)).status).toBe(404)
    expect((await admin.delete(`${realm}/clients/other/tokens/${adas}`)).status).toBe(404)
    expect((await refresh(house, shop, first)).status).toBe(200)
    for (const { id } of (await admin.get(`${realm}/grants?username=ada`)).body.items) {
      expect((await admin.delete(`${realm}/clients/shop%2F1/tokens/${id}`)).status).toBe(204)
    }
    expect((await refresh(house, shop, first)).status).toBe(400)
    expect((await admin.get(`${realm}/grants?username=ada`)).body.total).toBe(0)
    expect((await refresh(house, shop, second)).status).toBe(200)
    expect((await admin.delete(`${realm}/grants/${bobs}`)).status).toBe(204)
    const [entry] = (await admin.get(`${realm}/audit?action=client.revoke_grant`)).body.items
    expect(entry).toMatchObject({ object_kind: 'client', object_name: 'shop/1', after: { username: 'bob' } })
  })

  test('consents: listed for realm and user; withdrawing one ends what came of it, and the user is asked again', async () => {
    const { refresh_token = '' } = await tokens('bob')
    const of = (path: string) => admin.get(`${realm}${path}`)
    expect((await of('/consents?username=bob')).body).toMatchObject({
      total: 1,
      items: [{ user_id: bob, client_id: 'shop/1', scope: 'openid offline_access' }],
    })
    expect((await of(`/users/${ada}/consents`)).body.items).toMatchObject([{ username: 'ada' }])
    expect((await admin.delete(`${realm}/consents/${bob}/other`)).status).toBe(404)
    expect((await admin.delete(`/realms/acme/consents/${bob}/shop%2F1`)).status).toBe(404)
    expect((await admin.delete(`${realm}/consents/${bob}/shop%2F1`)).status).toBe(204)
    expect((await of(`/users/${bob}/consents`)).body.total).toBe(0)
    expect((await refresh(house, shop, refresh_token)).status).toBe(400)
    expect((await of('/events?kind=consent_withdrawn')).body.items).toMatchObject([
      { username: 'bob', client_id: 'shop/1' },
    ])
    const [entry] = (await of('/audit?action=user.withdraw_consent')).body.items
    expect(entry).toMatchObject({
      object_name: 'bob',
      before: { scope: 'openid offline_access' },
      after: { scope: null },
    })
  })

  test('what a list does not have is refused, naming it', async () => {
    for (const path of ['sessions', 'grants', 'consents']) {
      expect((await admin.get(`${realm}/${path}?no_such=1`)).body).toMatchObject({ status: 400, field: 'no_such' })
      expect((await admin.get(`${realm}/${path}?created_at=soon`)).status).toBe(400)
    }
  })
})
