/** Every kind of token in every slot that takes one: only the right kind passes (RFC 8725 §3.11, §3.12). */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { realmKeys } from '#issuer/signing-keys.ts'
import type { Browser } from './browser.ts'
import { realmOf } from './clients.ts'
import { REDIRECT_URI, tokenRequest } from './code-flow.ts'
import {
  ASSERTION_TYPE,
  assertionFor,
  client,
  type Handles,
  handlesOf,
  honestRequest,
  KINDS,
  type Kind,
  settle,
  signAssertion,
} from './handles.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { BOOTSTRAP, bearer } from './office.ts'
import { basic, form } from './requests.ts'

interface Slot {
  readonly name: string
  /** Which kinds belong there. */
  readonly takes: readonly Kind[]
  /** What everything else hears. */
  readonly refusal: string
  readonly show: (value: string) => Promise<string>
}

const ACCESS_TOKENS = KINDS.filter((kind) => /(access|machine) token$/.test(kind))
const ID_TOKENS = KINDS.filter((kind) => kind.startsWith('ID token'))
const PERSONS = ['access token', 'opaque access token'] as const
/** Shown at each introspection, harmless: what would be spent by a use is spent by its own test only. */
const UNSPENT = KINDS.filter((kind) => kind !== 'client secret')

describe.each(ENGINES)('kinds of token on %s', (engine) => {
  let house: House
  let browser: Browser
  let handles: Handles
  let system: Handles

  beforeAll(async () => {
    house = await openHouse({ engine })
    await settle(house, 'default')
    await settle(house, 'system')
    handles = await handlesOf(house, 'default')
    system = await handlesOf(house, 'system')
    browser = handles.browser
  })
  afterAll(() => house.close())

  const outcome = async (response: Response) => {
    const text = await response.text()
    if (response.status === 200) return 'taken'
    return `${response.status} ${(JSON.parse(text) as { readonly error?: string }).error}`
  }
  const post = (door: string, fields: Record<string, string>, headers = basic(client('app'))) =>
    fetch(`${house.issuer()}/${door}`, { method: 'POST', headers, body: form(fields) })
  const token = (fields: Record<string, string>) => tokenRequest(house, client('app'), fields)
  const header = (value: string) => ({ authorization: `Bearer ${value.replaceAll(' ', '')}` })
  const hinted = async (value: string) => {
    const page = await browser.open(honestRequest(house, 'default', { id_token_hint: value, prompt: 'none' }))
    return page.url.searchParams.get('error') ?? (page.url.searchParams.has('code') ? 'taken' : 'page')
  }

  const SLOTS: readonly Slot[] = [
    {
      name: 'bearer at userinfo',
      takes: PERSONS,
      refusal: '401 invalid_token',
      show: async (value) => outcome(await fetch(`${house.issuer()}/userinfo`, { headers: header(value) })),
    },
    {
      name: 'access_token in the form of userinfo',
      takes: PERSONS,
      refusal: '401 invalid_token',
      show: async (value) => outcome(await post('userinfo', { access_token: value }, {})),
    },
    {
      name: 'token at introspection',
      takes: [...ACCESS_TOKENS, 'refresh token'],
      refusal: 'inactive',
      show: async (value) => {
        const response = await post('introspect', { token: value })
        expect(response.status).toBe(200)
        const text = await response.text()
        return text === '{"active":false}' ? 'inactive' : 'taken'
      },
    },
    {
      name: 'refresh_token',
      takes: [],
      refusal: '400 invalid_grant',
      show: async (value) => outcome(await token({ grant_type: 'refresh_token', refresh_token: value })),
    },
    {
      name: 'code',
      takes: [],
      refusal: '400 invalid_grant',
      show: async (code) => {
        const fields = { code, redirect_uri: REDIRECT_URI, code_verifier: handles.authorized.verifier }
        return outcome(await token({ grant_type: 'authorization_code', ...fields }))
      },
    },
    {
      name: 'client_assertion',
      takes: [],
      refusal: '401 invalid_client',
      show: async (value) => {
        const fields = { client_assertion: value, client_assertion_type: ASSERTION_TYPE }
        return outcome(await post('token', { grant_type: 'client_credentials', ...fields }, {}))
      },
    },
    { name: 'id_token_hint', takes: ID_TOKENS, refusal: 'invalid_request', show: hinted },
  ]
  /** Where the right kind is spent by its use: left out above, shown last. */
  const SPENDING: Readonly<Record<string, Kind>> = {
    refresh_token: 'refresh token',
    code: 'code',
    client_assertion: 'client assertion',
  }

  describe.each(SLOTS)('N103 N078 $name', ({ name, takes, refusal, show }) => {
    test.each(KINDS.filter((kind) => kind !== SPENDING[name]))('shown: %s', async (kind) => {
      const expected = takes.includes(kind) ? 'taken' : refusal
      const isMachineAtUserinfo = name.includes('userinfo') && kind.includes('machine')
      const value = handles.values[kind]
      expect(await show(value)).toBe(isMachineAtUserinfo ? '403 insufficient_scope' : expected)
    })
  })

  test.each(KINDS)('N103 N078 the management API takes no %s that is not for it', async (kind) => {
    for (const { values } of [handles, system]) {
      const response = await fetch(`${house.url}/api/v1/realms`, { headers: header(values[kind]) })
      expect(response.status).toBe(401)
    }
    const headers = { authorization: `Bearer ${await bearer(house, BOOTSTRAP)}` }
    expect((await fetch(`${house.url}/api/v1/realms`, { headers })).status).toBe(200)
  })

  test('N103 §3.11 a token of ours with the type of another kind is none', async () => {
    const { signers } = await realmKeys(house.app.context, await realmOf(house, 'default'))
    const payload = (value: string) => Buffer.from(value.split('.')[1] ?? '', 'base64url').toString()
    const access = payload(handles.values['access token'])
    const id = payload(handles.values['ID token'])
    const others = ['JWT', 'logout+jwt', 'dpop+jwt', 'oauth-authz-req+jwt', 'token-introspection+jwt', 'AT+JWT', '']
    for (const typ of others) {
      const forged = signers.ES256.sign(typ, access)
      expect((await fetch(`${house.issuer()}/userinfo`, { headers: header(forged) })).status, typ).toBe(401)
      expect(await (await post('introspect', { token: forged })).text(), typ).toBe('{"active":false}')
    }
    for (const typ of ['at+jwt', ...others.filter((each) => each !== 'JWT')]) {
      expect(await hinted(signers.RS256.sign(typ, id)), typ).toBe('invalid_request')
    }
  })

  test('N103 N096 what a client signed is no token of ours, whatever it says', async () => {
    const now = Math.floor(Date.now() / 1000)
    const claims = JSON.parse(Buffer.from(handles.values['access token'].split('.')[1] ?? '', 'base64url').toString())
    const forged = signAssertion({ ...claims, exp: now + 300, jti: `g.${randomUUID()}.x` })
    expect((await fetch(`${house.issuer()}/userinfo`, { headers: header(forged) })).status).toBe(401)
    expect(await hinted(signAssertion({ ...claims, aud: 'app' }))).toBe('invalid_request')
  })

  test('N103 the wrong kind at revocation ends nothing', async () => {
    for (const kind of KINDS.filter((each) => !ACCESS_TOKENS.includes(each) && each !== 'refresh token')) {
      expect((await post('revoke', { token: handles.values[kind] })).status, kind).toBe(200)
    }
    for (const kind of UNSPENT.filter((each) => [...ACCESS_TOKENS, 'refresh token'].includes(each))) {
      expect(await (await post('introspect', { token: handles.values[kind] })).text(), kind).toContain('"active":true')
    }
  })

  test('N078 a token_type_hint that lies changes nothing', async () => {
    for (const hint of ['access_token', 'refresh_token', 'id_token', 'made up']) {
      for (const kind of ['access token', 'refresh token'] as const) {
        const told = await post('introspect', { token: handles.values[kind], token_type_hint: hint })
        expect(await told.text(), `${kind} as ${hint}`).toContain('"active":true')
      }
      const told = await post('introspect', { token: handles.values['ID token'], token_type_hint: hint })
      expect(await told.text()).toBe('{"active":false}')
    }
  })

  test('N103 after all of this the right kinds still pass, each in its slot', async () => {
    const fresh = await handlesOf(house, 'default')
    const { code, 'refresh token': refreshToken } = fresh.values
    const fields = { code, redirect_uri: REDIRECT_URI, code_verifier: fresh.authorized.verifier }
    expect((await token({ grant_type: 'authorization_code', ...fields })).status).toBe(200)
    expect((await token({ grant_type: 'refresh_token', refresh_token: refreshToken })).status).toBe(200)
    const assertion = { client_assertion: assertionFor(house.issuer()), client_assertion_type: ASSERTION_TYPE }
    expect((await post('token', { grant_type: 'client_credentials', ...assertion }, {})).status).toBe(200)
  })
})
