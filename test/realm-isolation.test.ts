/** N139: nothing that one realm gave out means anything in another, however alike the two are. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Browser, type Page } from './browser.ts'
import { addClient } from './clients.ts'
import { REDIRECT_URI, tokenRequest } from './code-flow.ts'
import { ASSERTION_TYPE, addRealm, client, type Handles, handlesOf, honestRequest, KINDS, settle } from './handles.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice } from './office.ts'
import { basic, form } from './requests.ts'

/** From, to. `system` opens the management API; its administrators are not in these. */
const PAIRS = [
  ['default', 'other'],
  ['other', 'default'],
  ['default', 'system'],
  ['system', 'default'],
] as const

describe.each(ENGINES)('realms are apart on %s', (engine) => {
  let house: House
  const handles = new Map<string, Handles>()

  beforeAll(async () => {
    house = await openHouse({ engine })
    await addRealm(house, 'other')
    for (const realm of ['default', 'other', 'system']) {
      await settle(house, realm)
      handles.set(realm, await handlesOf(house, realm))
    }
    await addClient(house, { client_id: 'only-here', grant_types: ['client_credentials'] }, client('').client_secret)
  })
  afterAll(() => house.close())

  const told = async (response: Response) => ({
    status: response.status,
    ...((await response.json()) as { readonly error?: string; readonly active?: boolean }),
  })
  const post = (realm: string, door: string, fields: Record<string, string>, headers = basic(client('app'))) =>
    fetch(`${house.issuer(realm)}/${door}`, { method: 'POST', headers, body: form(fields) })
  const token = (realm: string, fields: Record<string, string>) => tokenRequest(house, client('app'), fields, realm)
  const valuesOf = (realm: string) => handles.get(realm)?.values ?? ({} as Handles['values'])
  const answerAt = (page: Page) => [page.isElsewhere, page.url.searchParams.get('error')]

  describe.each(PAIRS)('of %s in %s', (from, to) => {
    test.each(KINDS)('N139 %s: no door knows it', async (kind) => {
      const value = valuesOf(from)[kind]
      if (kind !== 'client secret') {
        expect(await told(await post(to, 'introspect', { token: value })), 'introspect').toEqual({
          status: 200,
          active: false,
        })
        expect((await post(to, 'revoke', { token: value })).status, 'revoke').toBe(200)
      }
      const bearer = value.includes(' ') ? value.replaceAll(' ', '') : value
      const headers = { authorization: `Bearer ${bearer}` }
      const unknown = { status: 401, error: 'invalid_token' }
      expect(await told(await fetch(`${house.issuer(to)}/userinfo`, { headers })), 'userinfo').toMatchObject(unknown)
      const inForm = await post(to, 'userinfo', { access_token: value }, {})
      expect(await told(inForm), 'userinfo by form').toMatchObject(unknown)
      const api = await fetch(`${house.url}/api/v1/realms`, { headers })
      expect(api.status, 'management API').toBe(401)
      const refusedGrant = { status: 400, error: 'invalid_grant' }
      const refresh = await token(to, { grant_type: 'refresh_token', refresh_token: value })
      expect(await told(refresh), 'refresh').toMatchObject(refusedGrant)
      const code = await token(to, {
        grant_type: 'authorization_code',
        code: value,
        redirect_uri: REDIRECT_URI,
        code_verifier: handles.get(from)?.authorized.verifier ?? '',
      })
      expect(await told(code), 'code').toMatchObject(refusedGrant)
      const assertion = { client_assertion: value, client_assertion_type: ASSERTION_TYPE }
      const asClient = await post(to, 'token', { grant_type: 'client_credentials', ...assertion }, {})
      expect(await told(asClient), 'client assertion').toMatchObject({ status: 401, error: 'invalid_client' })
    })

    test('N139 N016 an ID token is no hint', async () => {
      const browser = handles.get(to)?.browser ?? new Browser(house.url)
      for (const kind of ['ID token', 'ID token of ES256'] as const) {
        const more = { id_token_hint: valuesOf(from)[kind], prompt: 'none' }
        expect(answerAt(await browser.open(honestRequest(house, to, more)))).toEqual([true, 'invalid_request'])
      }
      const logout = await browser.open(`${house.issuer(to)}/logout?id_token_hint=${valuesOf(from)['ID token']}`)
      expect(logout.body, 'asks instead of logging out').toContain('name="confirm"')
      const still = await browser.open(honestRequest(house, to, { prompt: 'none' }))
      expect(still.url.searchParams.has('code')).toBe(true)
    })

    test('N139 N030 a session or a browser is nobody, under either name of the cookie', async () => {
      const browser = new Browser(house.url)
      for (const realm of [from, to]) {
        browser.setCookie(`sallyport-session-${realm}`, valuesOf(from)['session cookie'])
        browser.setCookie(`sallyport-browser-${realm}`, valuesOf(from)['browser cookie'])
      }
      const page = await browser.open(honestRequest(house, to, { prompt: 'none' }))
      expect(answerAt(page)).toEqual([true, 'login_required'])
    })

    test('N139 an authorization request goes on only where it began', async () => {
      const browser = new Browser(house.url)
      for (const purpose of ['session', 'browser'] as const) {
        browser.setCookie(`sallyport-${purpose}-${to}`, valuesOf(from)[`${purpose} cookie`])
      }
      const id = valuesOf(from)['authorization request']
      const steps = ['password', 'consent', 'confirm', 'select-account', 'change-password']
      const doors = [`authorize/${id}`, ...steps.map((step) => `login/${step}?request=${id}`)]
      for (const door of doors) {
        const page = await browser.open(`${house.issuer(to)}/${door}`)
        expect([page.isElsewhere, page.status], door).toEqual([false, 400])
      }
    })
  })

  test('N139 a client of another realm is unknown at every door', async () => {
    const only = client('only-here')
    const grant = { grant_type: 'client_credentials' }
    expect((await tokenRequest(house, only, grant)).status).toBe(200)
    for (const realm of ['other', 'system']) {
      const unknown = { status: 401, error: 'invalid_client' }
      for (const door of ['token', 'introspect', 'revoke']) {
        expect(await told(await post(realm, door, { ...grant, token: 'x' }, basic(only))), door).toMatchObject(unknown)
      }
      const page = await new Browser(house.url).open(honestRequest(house, realm, { client_id: 'only-here' }))
      expect([page.isElsewhere, page.status]).toEqual([false, 400])
    }
  })

  test('N139 an administrator of system is nobody elsewhere', async () => {
    const { token: admin = '' } = await adminOffice(house)
    for (const realm of ['default', 'other']) {
      expect(await told(await post(realm, 'introspect', { token: admin }))).toEqual({ status: 200, active: false })
      const headers = { authorization: `Bearer ${admin}` }
      expect((await fetch(`${house.issuer(realm)}/userinfo`, { headers })).status).toBe(401)
      expect((await post(realm, 'revoke', { token: admin })).status).toBe(200)
    }
    expect((await fetch(`${house.url}/api/v1/realms`, { headers: { authorization: `Bearer ${admin}` } })).status).toBe(
      200,
    )
  })

  test('N139 N104 no key is published in two realms', async () => {
    const kids = await Promise.all(
      ['default', 'other', 'system'].map(async (realm) => {
        const { keys } = (await (await fetch(`${house.issuer(realm)}/jwks`)).json()) as { keys: { kid: string }[] }
        return keys.map(({ kid }) => kid)
      }),
    )
    expect(new Set(kids.flat()).size).toBe(kids.flat().length)
  })

  test('N139 all of it still holds where it came from: no other realm spent or revoked it', async () => {
    for (const realm of ['default', 'other', 'system']) {
      const values = valuesOf(realm)
      for (const kind of KINDS.filter((each) => each.includes('token') && !each.startsWith('ID'))) {
        expect((await told(await post(realm, 'introspect', { token: values[kind] }))).active, kind).toBe(true)
      }
      const refreshed = await token(realm, { grant_type: 'refresh_token', refresh_token: values['refresh token'] })
      expect(refreshed.status).toBe(200)
      const assertion = { client_assertion: values['client assertion'], client_assertion_type: ASSERTION_TYPE }
      const asClient = await post(realm, 'token', { grant_type: 'client_credentials', ...assertion }, {})
      expect(asClient.status).toBe(200)
    }
  })
})
