/** RFC 8628 as the device sees it: beginning, waiting, and the tokens. The person's pages are in rfc8628-device-pages. */
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ClientChanges, updateClient } from '#store/client-changes.ts'
import { sweepExpired } from '#store/sweep.ts'
import { updateUser } from '#store/user-changes.ts'
import { Browser } from './browser.ts'
import { addClient, addUser, realmOf, TEST_ACTOR } from './clients.ts'
import { refresh, tokenRequest } from './code-flow.ts'
import { begin, beginRequest, DEVICE_CODE, type Device, type DeviceAnswer, poll, toQuestion } from './device-flow.ts'
import { addRealm } from './handles.ts'
import { BOOTSTRAP_SECRET, ENGINES, type House, openHouse } from './house.ts'
import { form } from './requests.ts'

describe.each(ENGINES)('the device flow on %s', (engine) => {
  let house: House
  let ada: string
  let browser: Browser
  const television: Device = { client: { client_id: 'television' } }
  let printer: Device

  const fields = { grant_types: [DEVICE_CODE, 'refresh_token'], scope: 'openid profile offline_access' }
  const isPublic = { token_endpoint_auth_method: 'none' } as const

  beforeAll(async () => {
    house = await openHouse({ engine })
    await addClient(house, { ...fields, ...isPublic, client_id: 'television', client_name: 'Television' })
    printer = { client: await addClient(house, { ...fields, client_id: 'printer', scope: 'profile' }) }
    ada = await addUser(house, { username: 'ada' })
    browser = new Browser(house.url)
  })
  afterAll(() => house.close())

  async function answered(code: DeviceAnswer, button: 'approve' | 'deny' = 'approve', by = browser): Promise<void> {
    const { page } = await toQuestion(house, code.user_code, 'ada', by)
    expect((await by.submit(page, { [button]: '1' })).status).toBe(200)
  }

  /** As if that many seconds had passed for the code. */
  async function age(code: DeviceAnswer, seconds: number): Promise<void> {
    const { sql } = house.app.context.db
    await sql
      .updateTable('device_codes')
      .set((row) => ({
        expires_at: row('expires_at', '-', seconds),
        polled_at_ms: row('polled_at_ms', '-', seconds * 1000),
      }))
      .where('user_code', '=', code.user_code.replace('-', ''))
      .execute()
  }

  async function change(clientId: string, changes: ClientChanges): Promise<void> {
    const { db } = house.app.context
    const realm = await realmOf(house, 'default')
    await updateClient(db, TEST_ACTOR, realm.id, clientId, () => changes)
  }

  const again = (code: DeviceAnswer) => poll(house, television, code.device_code)

  test('§3 a device waits, a person allows it, the device gets its tokens', async () => {
    const code = await begin(house, television)
    expect(code).toEqual({
      device_code: expect.stringMatching(/^[\w-]{43}$/),
      user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/),
      verification_uri: `${house.issuer()}/device`,
      verification_uri_complete: `${house.issuer()}/device?user_code=${code.user_code}`,
      expires_in: 600,
      interval: 5,
    })
    expect(await again(code)).toMatchObject({ status: 400, error: 'authorization_pending' })
    await answered(code)
    const tokens = await again(code)
    expect(tokens).toMatchObject({ status: 200, token_type: 'Bearer', expires_in: 3600, scope: 'openid profile' })
    expect(decodeJwt(tokens.access_token ?? '')).toMatchObject({ sub: ada, client_id: 'television' })
    const idToken = decodeJwt(tokens.id_token ?? '')
    expect(idToken).toMatchObject({ sub: ada, aud: 'television', amr: ['pwd'], auth_time: expect.any(Number) })
    // The session is another device's: it is not this one's to end or to be ended by.
    expect(idToken).not.toHaveProperty('sid')
  })

  test('§3.1 the client proves itself as at the token endpoint', async () => {
    expect((await beginRequest(house, printer)).status).toBe(200)
    const wrong = await beginRequest(house, { client: { client_id: 'printer', client_secret: 'wrong' } })
    expect([wrong.status, ((await wrong.json()) as { error: string }).error]).toEqual([401, 'invalid_client'])
    const posing = await beginRequest(house, { client: { client_id: 'printer' } })
    expect(posing.status).toBe(401)
    const url = `${house.issuer()}/device_authorization`
    expect((await fetch(url)).status).toBe(405)
    expect((await fetch(`${url}?client_id=television`, { method: 'POST' })).status).toBe(400)
    const twice = form({ client_id: 'television' })
    twice.append('client_id', 'television')
    expect((await fetch(url, { method: 'POST', body: twice })).status).toBe(400)
    const answer = await beginRequest(house, television)
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  test('§3.1 only the hash of a device code is stored, and no code is in the log', async () => {
    const code = await begin(house, television)
    await again(code)
    const rows = await house.app.context.db.sql.selectFrom('device_codes').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain(code.device_code)
    expect(house.logged.join('\n')).not.toContain(code.device_code)
    expect(house.logged.join('\n')).not.toContain(code.user_code)
  })

  test('N083 §3.5 who asks too soon is told to slow down, five seconds more each time', async () => {
    const code = await begin(house, television)
    expect(await again(code)).toMatchObject({ error: 'authorization_pending' })
    expect(await again(code)).toMatchObject({ error: 'slow_down' })
    await age(code, 9)
    expect(await again(code)).toMatchObject({ status: 400, error: 'slow_down' })
    await age(code, 14)
    expect(await again(code)).toMatchObject({ error: 'slow_down' })
    await age(code, 20)
    expect(await again(code)).toMatchObject({ error: 'authorization_pending' })
    await answered(code)
    // What was decided is told at once.
    expect(await again(code)).toMatchObject({ status: 200 })
  })

  test('N083 §3.5 denied, expired, unknown', async () => {
    const denied = await begin(house, television)
    await answered(denied, 'deny')
    expect(await again(denied)).toMatchObject({ status: 400, error: 'access_denied' })
    expect(await again(denied)).toMatchObject({ error: 'access_denied' })
    const late = await begin(house, television)
    await age(late, 601)
    expect(await again(late)).toMatchObject({ status: 400, error: 'expired_token' })
    const tooLate = await begin(house, television)
    await answered(tooLate)
    await age(tooLate, 601)
    expect(await again(tooLate)).toMatchObject({ error: 'expired_token' })
    expect(await poll(house, television, 'x')).toMatchObject({ error: 'invalid_grant' })
    expect(await poll(house, television, '')).toMatchObject({ error: 'invalid_request' })
  })

  test('N084 §3.4 another client gets nothing and spoils nothing', async () => {
    const code = await begin(house, television)
    await answered(code)
    expect(await poll(house, printer, code.device_code)).toMatchObject({ status: 400, error: 'invalid_grant' })
    expect(await again(code)).toMatchObject({ status: 200 })
  })

  test('N084 of all who fetch the answer at once one gets it, and nobody later', async () => {
    const code = await begin(house, television)
    await answered(code)
    const all = await Promise.all(Array.from({ length: 12 }, () => again(code)))
    const [got, ...more] = all.filter(({ status }) => status === 200)
    expect(more).toEqual([])
    expect(all.filter(({ error }) => error === 'invalid_grant')).toHaveLength(11)
    expect(await again(code)).toMatchObject({ status: 400, error: 'invalid_grant' })
    const client = { client_id: 'television', client_secret: '' }
    expect(got?.refresh_token).toBeDefined()
    const renewed = await fetch(`${house.issuer()}/token`, {
      method: 'POST',
      body: form({
        grant_type: 'refresh_token',
        refresh_token: got?.refresh_token ?? '',
        client_id: client.client_id,
      }),
    })
    expect(renewed.status).toBe(200)
  })

  test('N088 a client without the grant type neither begins nor ends', async () => {
    const web: Device = { client: await addClient(house, { client_id: 'web', scope: 'profile' }) }
    const refused = await beginRequest(house, web)
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({ error: 'unauthorized_client' })
    expect(await poll(house, web, 'x')).toMatchObject({ error: 'unauthorized_client' })
  })

  test('N011 N088 scopes are judged as in any request', async () => {
    const refused = await beginRequest(house, { ...printer, scope: 'profile email' })
    expect(await refused.json()).toMatchObject({ error: 'invalid_scope' })
    const code = await begin(house, { ...television, scope: 'openid nonsense email' })
    await answered(code)
    expect(await again(code)).toMatchObject({ status: 200, scope: 'openid' })
  })

  describe('what was allowed', () => {
    let code: DeviceAnswer
    beforeEach(async () => {
      code = await begin(house, { ...television, scope: 'openid profile' })
      await answered(code)
    })

    test('outlives the session that allowed it', async () => {
      const { refresh_token = '' } = await again(code)
      const out = await browser.open(`${house.issuer()}/logout`)
      await browser.submit(out, { confirm: '1' })
      const { sql } = house.app.context.db
      expect(await sql.selectFrom('sessions').select('id').where('ended_at', 'is', null).execute()).toEqual([])
      const body = form({ grant_type: 'refresh_token', refresh_token, client_id: 'television' })
      expect((await fetch(`${house.issuer()}/token`, { method: 'POST', body })).status).toBe(200)
    })

    test('N088 is less where the client lost a scope since, and nothing where it lost the grant type', async () => {
      await change('television', { scope: 'openid' })
      expect(await again(code)).toMatchObject({ status: 200, scope: 'openid' })
      const another = await begin(house, television)
      await answered(another)
      await change('television', { grant_types: ['refresh_token'], scope: fields.scope })
      expect(await again(another)).toMatchObject({ error: 'unauthorized_client' })
      await change('television', { grant_types: fields.grant_types })
    })

    test('N040 a disabled client, a disabled user: no tokens', async () => {
      await change('television', { enabled: false })
      expect(await again(code)).toMatchObject({ status: 401, error: 'invalid_client' })
      await change('television', { enabled: true })
      expect(await again(code)).toMatchObject({ status: 400, error: 'invalid_grant' })
      const another = await begin(house, television)
      await answered(another)
      const { db } = house.app.context
      const realm = await realmOf(house, 'default')
      await updateUser(db, TEST_ACTOR, realm.id, ada, () => ({ enabled: false }))
      expect(await again(another)).toMatchObject({ status: 400, error: 'invalid_grant' })
      await updateUser(db, TEST_ACTOR, realm.id, ada, () => ({ enabled: true }))
      expect(await again(another)).toMatchObject({ error: 'invalid_grant' })
      browser.forgetCookies()
    })
  })

  test('N139 a device code of one realm means nothing in another', async () => {
    await addRealm(house, 'other')
    await addClient(house, { ...fields, ...isPublic, client_id: 'television' }, undefined, 'other')
    const code = await begin(house, television)
    await answered(code)
    expect(await poll(house, { ...television, realm: 'other' }, code.device_code)).toMatchObject({
      error: 'invalid_grant',
    })
    expect(await again(code)).toMatchObject({ status: 200 })
  })

  test('an administrator registers a device, and its grants are listed for what they are', async () => {
    const bootstrap = { client_id: 'sallyport-bootstrap', client_secret: BOOTSTRAP_SECRET }
    const granted = await tokenRequest(
      house,
      bootstrap,
      { grant_type: 'client_credentials', scope: 'sallyport_api' },
      'system',
    )
    const { access_token } = (await granted.json()) as { access_token: string }
    const url = `${house.url}/api/v1/realms/default/clients`
    const headers = { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' }
    const grant_types = [DEVICE_CODE, 'refresh_token']
    const wanted = { client_id: 'lamp', grant_types, token_endpoint_auth_method: 'none' }
    const made = await fetch(url, { method: 'POST', headers, body: JSON.stringify(wanted) })
    expect(made.status).toBe(201)
    expect(await made.json()).toMatchObject({ grant_types, scope: 'openid profile email' })
    const lamp: Device = { client: { client_id: 'lamp' } }
    const code = await begin(house, lamp)
    await answered(code)
    expect(await poll(house, lamp, code.device_code)).toMatchObject({ status: 200 })
    const { items } = (await (await fetch(`${url}/lamp/tokens`, { headers })).json()) as { items: object[] }
    expect(items).toMatchObject([{ kind: 'device_code', username: 'ada', offline: true }])
  })

  test('codes whose time is over are swept', async () => {
    const code = await begin(house, television)
    await age(code, 600 + 601)
    await sweepExpired(house.app.context.db, Math.floor(Date.now() / 1000))
    expect(await again(code)).toMatchObject({ error: 'invalid_grant' })
  })

  test('a confidential device refreshes as any client does', async () => {
    const code = await begin(house, printer)
    await answered(code)
    const tokens = await poll(house, printer, code.device_code)
    expect(tokens).toMatchObject({ status: 200, scope: 'profile' })
    expect(tokens).not.toHaveProperty('id_token')
    const { client_id, client_secret = '' } = printer.client
    expect((await refresh(house, { client_id, client_secret }, tokens.refresh_token ?? '')).status).toBe(200)
  })
})
