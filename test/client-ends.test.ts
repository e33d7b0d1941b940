import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Browser } from './browser.ts'
import { addUser, type Credentials } from './clients.ts'
import {
  authorizationUrl,
  authorize,
  pkce,
  REDIRECT_URI,
  redeem,
  refresh,
  tokenRequest,
  tokensOf,
} from './code-flow.ts'
import { begin, DEVICE_CODE, type DeviceAnswer, poll, toQuestion } from './device-flow.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, jsonOf, type Office, office } from './office.ts'
import { basic, form } from './requests.ts'

/*
 * Only live and enabled clients take part. What a client held when it was disabled or deleted is shown at every door:
 * nothing of it counts, and a client that comes under the same name inherits nothing.
 */

const SECRET = 'the same typed secret each time'

/** All that a client can hold. */
interface Held {
  readonly app: Credentials
  readonly accessToken: string
  readonly opaqueToken: string
  readonly ownToken: string
  readonly refreshToken: string
  readonly offlineToken: string
  readonly unspent: Awaited<ReturnType<typeof authorize>>
  readonly allowed: DeviceAnswer
  readonly waiting: DeviceAnswer
  /** Where a person was about to sign in. */
  readonly pending: { readonly browser: Browser; readonly url: URL }
}

describe.each(ENGINES)('clients that end, on %s', (engine) => {
  let house: House
  let admin: Office
  let observer: Credentials
  const clients = '/realms/default/clients'

  beforeAll(async () => {
    house = await openHouse({ engine })
    admin = await adminOffice(house)
    await addUser(house, { username: 'ada' })
    const made = await admin.post(clients, { client_id: 'observer', introspect_all: true })
    observer = { client_id: 'observer', client_secret: made.body.client_secret }
  })
  afterAll(() => house.close())

  async function register(client_id: string): Promise<Credentials> {
    const made = await admin.post(clients, {
      client_id,
      client_secret: SECRET,
      grant_types: ['authorization_code', 'client_credentials', 'refresh_token', DEVICE_CODE],
      redirect_uris: [REDIRECT_URI],
      scope: 'openid offline_access',
      require_consent: false,
    })
    expect(made.status).toBe(201)
    return { client_id, client_secret: SECRET }
  }

  async function everythingOf(app: Credentials): Promise<Held> {
    const flow = { client: app, username: 'ada' }
    const person = await tokensOf(house, { ...flow, scope: 'openid' })
    const away = await tokensOf(house, { ...flow, scope: 'openid offline_access' })
    const own = await jsonOf(await tokenRequest(house, app, { grant_type: 'client_credentials' }))
    await admin.patch(`${clients}/${app.client_id}`, { access_token_format: 'opaque' })
    const opaque = await jsonOf(await tokenRequest(house, app, { grant_type: 'client_credentials' }))
    const device = { client: app }
    const [allowed, waiting] = [await begin(house, device), await begin(house, device)]
    const browser = new Browser(house.url)
    const { page } = await toQuestion(house, allowed.user_code, 'ada', browser)
    await browser.submit(page, { approve: '1' })
    const url = authorizationUrl(house, {
      response_type: 'code',
      client_id: app.client_id,
      redirect_uri: REDIRECT_URI,
      scope: 'openid',
      code_challenge: pkce().challenge,
      code_challenge_method: 'S256',
    })
    const visitor = new Browser(house.url)
    return {
      app,
      accessToken: person.access_token,
      opaqueToken: String(opaque.access_token),
      ownToken: String(own.access_token),
      refreshToken: person.refresh_token ?? '',
      offlineToken: away.refresh_token ?? '',
      unspent: await authorize(house, { ...flow, scope: 'openid' }),
      allowed,
      waiting,
      pending: { browser: visitor, url: (await visitor.open(url)).url },
    }
  }

  const active = async (token: string) => {
    const body = form({ token })
    const asked = await fetch(`${house.issuer()}/introspect`, { method: 'POST', headers: basic(observer), body })
    return (await jsonOf(asked)).active
  }
  const errorOf = async (response: Response) => `${response.status} ${(await jsonOf(response)).error}`
  const tokensIn = (held: Held) => [held.accessToken, held.opaqueToken, held.ownToken]

  /** Every token, shown to whoever would take it. */
  async function expectDeadTokens(held: Held): Promise<void> {
    for (const token of [...tokensIn(held), held.refreshToken, held.offlineToken])
      expect(await active(token)).toBe(false)
    const bearer = { authorization: `Bearer ${held.accessToken}` }
    expect((await fetch(`${house.issuer()}/userinfo`, { headers: bearer })).status).toBe(401)
  }

  test('N140 N040 deleted: dead at every door at once, and whoever comes under its name inherits nothing', async () => {
    const held = await everythingOf(await register('phoenix'))
    for (const token of tokensIn(held)) expect(await active(token)).toBe(true)
    expect((await admin.delete(`${clients}/phoenix`)).status).toBe(204)
    await expectDeadTokens(held)
    const { app } = held
    const invalid = '401 invalid_client'
    expect(await errorOf(await refresh(house, app, held.refreshToken))).toBe(invalid)
    expect(await errorOf(await redeem(house, app, held.unspent))).toBe(invalid)
    expect(await errorOf(await tokenRequest(house, app, { grant_type: 'client_credentials' }))).toBe(invalid)
    expect(await poll(house, { client: app }, held.allowed.device_code)).toMatchObject({ error: 'invalid_client' })
    const late = await held.pending.browser.open(held.pending.url)
    expect(late).toMatchObject({ isElsewhere: false, status: expect.toSatisfy((status: number) => status >= 400) })

    await register('phoenix')
    await expectDeadTokens(held)
    for (const token of [held.refreshToken, held.offlineToken]) {
      expect(await errorOf(await refresh(house, app, token))).toBe('400 invalid_grant')
    }
    expect(await errorOf(await redeem(house, app, held.unspent))).toBe('400 invalid_grant')
    for (const { device_code } of [held.allowed, held.waiting]) {
      expect(await poll(house, { client: app }, device_code)).toMatchObject({ status: 400, error: 'invalid_grant' })
    }
    expect((await held.pending.browser.open(held.pending.url)).isElsewhere).toBe(false)
    const reborn = (await admin.get(`${clients}/phoenix`)).body
    expect(reborn).toMatchObject({ authorization_code: null, access_token: null, passthru_user: null })
    expect((await admin.get(`${clients}/phoenix/tokens`)).body.total).toBe(0)
  })

  test('N040 disabled: nothing holds, and nothing holds again when it is enabled', async () => {
    const held = await everythingOf(await register('sleeper'))
    await admin.patch(`${clients}/sleeper`, { enabled: false })
    await expectDeadTokens(held)
    const { app } = held
    expect(await errorOf(await refresh(house, app, held.offlineToken))).toBe('401 invalid_client')
    expect(await errorOf(await redeem(house, app, held.unspent))).toBe('401 invalid_client')
    expect((await held.pending.browser.open(held.pending.url)).isElsewhere).toBe(false)
    await admin.patch(`${clients}/sleeper`, { enabled: true })
    await expectDeadTokens(held)
    expect(await errorOf(await refresh(house, app, held.offlineToken))).toBe('400 invalid_grant')
    expect(await errorOf(await redeem(house, app, held.unspent))).toBe('400 invalid_grant')
    expect((await tokenRequest(house, app, { grant_type: 'client_credentials' })).status).toBe(200)
  })

  test('N140 a deleted client of system has no way into the management API', async () => {
    const fields = { client_id: 'deploy', grant_types: ['client_credentials'], scope: 'sallyport_api' }
    const tokenOf = async () => {
      const made = await admin.post('/realms/system/clients', { ...fields, client_secret: SECRET })
      expect(made.body.roles).toEqual(['admin'])
      const client = { client_id: 'deploy', client_secret: SECRET }
      return (
        await jsonOf(
          await tokenRequest(house, client, { grant_type: 'client_credentials', scope: fields.scope }, 'system'),
        )
      ).access_token
    }
    const own = office(house, String(await tokenOf()))
    expect((await own.get('/realms')).status).toBe(200)
    expect((await admin.delete('/realms/system/clients/deploy')).status).toBe(204)
    expect((await own.get('/realms')).status).toBe(401)
    const next = office(house, String(await tokenOf()))
    expect((await next.get('/realms')).status).toBe(200)
    expect((await own.get('/realms')).status).toBe(401)
  })
})
