import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nowSeconds } from '#observe/clock.ts'
import { Events, eventKinds, refusedRowsPerMinute } from '#store/events.ts'
import { sweepExpired } from '#store/sweep.ts'
import { Browser } from './browser.ts'
import { addClient, addUser, type Credentials, USER_PASSWORD } from './clients.ts'
import { authorizationUrl, authorize, pkce, REDIRECT_URI, redeem, refresh, signIn, tokensOf } from './code-flow.ts'
import { begin, DEVICE_CODE, toQuestion } from './device-flow.ts'
import { ADMIN_PASSWORD, ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, type Office, type Parsed } from './office.ts'
import { basic, form } from './requests.ts'

describe.each(ENGINES)('events on %s', (engine) => {
  let house: House
  let admin: Office
  let shop: Credentials

  beforeAll(async () => {
    house = await openHouse({ engine })
    admin = await adminOffice(house)
    shop = await addClient(house, {
      client_id: 'shop',
      redirect_uris: [REDIRECT_URI],
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'openid offline_access',
      require_consent: true,
    })
    for (const username of ['ada', 'bob']) await addUser(house, { username })
  })
  afterAll(() => house.close())

  async function events(query: string, realm = 'default'): Promise<Parsed[]> {
    const told = await admin.get(`/realms/${realm}/events?${query}`)
    expect(told.status).toBe(200)
    return told.body.items
  }

  test('what a person does is there: login, consent, logout', async () => {
    const { browser } = await tokensOf(house, { client: shop, username: 'ada', scope: 'openid offline_access' })
    const page = await browser.open(`${house.issuer()}/logout`)
    await browser.submit(page, { confirm: '1' })
    const found = await events('username=ada&sort=at_ms')
    expect(found.map(({ kind }) => kind)).toEqual(['login', 'consent_given', 'logout'])
    expect(found[0]).toMatchObject({ username: 'ada', client_id: 'shop', address: '127.0.0.1', count: 1 })
    expect(found[1]).toMatchObject({ detail: 'openid offline_access' })
    expect(found[0].request_id).not.toBe('')
  })

  test('what was refused is there and counted: wrong passwords, wrong secrets, what was shown twice', async () => {
    const browser = new Browser(house.url)
    const parameters = { response_type: 'code', client_id: 'shop', redirect_uri: REDIRECT_URI, scope: 'openid' }
    const url = authorizationUrl(house, {
      ...parameters,
      code_challenge: pkce().challenge,
      code_challenge_method: 'S256',
    })
    let page = await browser.open(url)
    for (let tries = 0; tries < 3; tries++) {
      page = await browser.submit(page, { username: 'bob', password: 'not the password', login: '1' })
    }
    await browser.submit(page, { username: 'a-secret-typed-as-a-name', password: 'x', login: '1' })
    const failed = await events('kind=login_failed')
    const sum = (rows: readonly Parsed[]): number => rows.reduce((all, { count }) => all + count, 0)
    expect(sum(failed.filter(({ username }) => username === 'bob'))).toBe(3)
    expect(sum(failed.filter(({ username }) => username === null))).toBe(1)
    expect(JSON.stringify(failed)).not.toContain('a-secret-typed')

    const body = form({ grant_type: 'client_credentials' })
    for (const client_id of ['shop', 'a-secret-as-client-id']) {
      const headers = basic({ client_id, client_secret: 'not its secret' })
      await fetch(`${house.issuer()}/token`, { method: 'POST', headers, body })
    }
    const refused = await events('kind=client_authentication_failed')
    expect(new Set(refused.map(({ client_id }) => client_id))).toEqual(new Set([null, 'shop']))
    expect(JSON.stringify(refused)).not.toMatch(/a-secret-as|not its/)

    const authorized = await authorize(house, { client: shop, username: 'ada' })
    await redeem(house, shop, authorized)
    await redeem(house, shop, authorized)
    expect(await events('kind=code_reused&client_id=shop')).toHaveLength(1)
    const { refresh_token = '' } = await tokensOf(house, {
      client: shop,
      username: 'ada',
      scope: 'openid offline_access',
    })
    const first = await refresh(house, shop, refresh_token)
    const { refresh_token: second } = JSON.parse(await first.text())
    await refresh(house, shop, second)
    await refresh(house, shop, refresh_token)
    expect(await events('kind=refresh_token_reused')).toHaveLength(1)
  })

  test('the console: who came in, who went, who was not let in', async () => {
    const browser = new Browser(house.url)
    await signIn(browser, await browser.open('/console/sign-in'), 'admin', ADMIN_PASSWORD)
    expect(await events('kind=console_sign_in&username=admin', 'system')).toHaveLength(1)
    await addUser(house, { username: 'guest' }, 'system')
    const other = new Browser(house.url)
    await signIn(other, await other.open('/console/sign-in'), 'guest', USER_PASSWORD)
    expect(await events('kind=console_refused&username=guest', 'system')).toHaveLength(1)
    await browser.open('/console/callback?code=a-code&state=a-state')
    const [refused] = await events('kind=console_refused&detail=unknown', 'system')
    expect(refused).toMatchObject({ username: null, detail: 'unknown state' })
    expect(JSON.stringify(refused)).not.toMatch(/a-code|a-state/)
  })

  test('a token request that is answered notes nothing, and one that is refused writes nothing before it is answered', async () => {
    const machine = await addClient(house, { client_id: 'machine', grant_types: ['client_credentials'] })
    const ask = (client_secret: string) =>
      fetch(`${house.issuer()}/token`, {
        method: 'POST',
        headers: basic({ ...machine, client_secret }),
        body: form({ grant_type: 'client_credentials' }),
      })
    const { db, events: noted } = house.app.context
    await noted.flush()
    const count = async () => (await db.sql.selectFrom('events').select('id').execute()).length
    const before = await count()
    expect((await ask(machine.client_secret)).status).toBe(200)
    await noted.flush()
    expect(await count()).toBe(before)
    for (let n = 0; n < 5; n++) expect((await ask('wrong')).status).toBe(401)
    await noted.flush()
    expect((await count()) - before).toBeLessThanOrEqual(2)
    const rows = await events('kind=client_authentication_failed&client_id=machine')
    expect(rows.reduce((all, each) => all + each.count, 0)).toBe(5)
  })

  test('a device: who allowed it what', async () => {
    const device = await addClient(house, { client_id: 'tv', grant_types: [DEVICE_CODE], scope: 'openid' })
    const { user_code } = await begin(house, { client: device })
    const { browser, page } = await toQuestion(house, user_code, 'ada')
    await browser.submit(page, { approve: '1' })
    expect(await events('client_id=tv&kind=consent_given')).toMatchObject([
      { username: 'ada', detail: 'for a device: openid' },
    ])
  })

  test('filters, order and pages; another realm has its own', async () => {
    const told = await admin.get('/realms/default/events?page_size=1&sort=-kind')
    expect(told.body).toMatchObject({ page: 1, page_size: 1, items: [{ kind: 'refresh_token_reused' }] })
    expect(told.body.total).toBeGreaterThan(4)
    expect(await events('at_ms=..1000')).toEqual([])
    expect((await admin.get('/realms/default/events?no_such=1')).status).toBe(400)
    expect((await events('username=ada', 'system')).length).toBe(0)
  })

  test('N152 nobody changes or deletes them, and a name cannot make a second line', async () => {
    const [row] = await events('')
    for (const method of ['DELETE', 'PATCH', 'PUT', 'POST']) {
      for (const path of ['/realms/default/events', `/realms/default/events/${row.id}`]) {
        expect([404, 405]).toContain((await admin.call(method, path, {})).status)
      }
    }
    const { db } = house.app.context
    const realm = await db.sql.selectFrom('realms').select('id').where('name', '=', 'default').executeTakeFirstOrThrow()
    const mine = new Events(db, () => undefined)
    const user = { id: 'u', username: 'eve\r\nfake \u001b[31mline' }
    mine.record({ realm_id: realm.id, kind: 'login', user, address: '::1', request_id: 'r' })
    await mine.flush()
    const [printed] = await events('username=fake')
    expect(printed.username).toBe('eve\ufffd\ufffdfake \ufffd[31mline')
  })

  test('a flood of refusals makes a bounded number of rows and loses no count', async () => {
    const { db } = house.app.context
    const realm = await db.sql.selectFrom('realms').select('id').where('name', '=', 'system').executeTakeFirstOrThrow()
    const mine = new Events(db, () => undefined)
    const at = Date.now() - 3_600_000
    for (let n = 0; n < 5000; n++) {
      mine.record({ realm_id: realm.id, kind: 'login_failed', address: `2001:db8::${n}`, request_id: `${n}` }, at)
      if (n % 1000 === 0) await mine.flush()
    }
    await mine.flush()
    const rows = await db.sql
      .selectFrom('events')
      .select(['count', 'detail'])
      .where('realm_id', '=', realm.id)
      .where('at_ms', '=', at)
      .execute()
    expect(rows.length).toBe(refusedRowsPerMinute + 1)
    expect(rows.reduce((all, { count }) => all + count, 0)).toBe(5000)
    expect(rows.filter(({ detail }) => detail.startsWith('many more'))).toHaveLength(1)
  })

  test('after ninety days they are swept', async () => {
    const before = await events('page_size=1')
    expect(before).toHaveLength(1)
    await sweepExpired(house.app.context.db, nowSeconds() + 91 * 86_400)
    expect(await events('page_size=1')).toEqual([])
  })

  test('every kind has a name of its own', () => {
    expect(new Set(eventKinds).size).toBe(eventKinds.length)
  })
})
