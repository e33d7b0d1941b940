import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addClient, addUser, type Credentials } from './clients.ts'
import type { Tokens } from './code-flow.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { basic, form } from './requests.ts'

describe.each(ENGINES)('client credentials on %s', (engine) => {
  let house: House
  let machine: Credentials

  beforeAll(async () => {
    house = await openHouse({ engine })
    machine = await addClient(house, { client_id: 'machine', grant_types: ['client_credentials'] })
  })
  afterAll(() => house.close())

  const token = (fields: Record<string, string>, headers: Record<string, string> = basic(machine)) =>
    fetch(`${house.issuer()}/token`, { method: 'POST', headers, body: form(fields) })

  test('§4.4.3 a machine gets a token, and no refresh token', async () => {
    const response = await token({ grant_type: 'client_credentials' })
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('pragma')).toBe('no-cache')
    const answer = await response.json()
    expect(answer).toEqual({ access_token: expect.any(String), token_type: 'Bearer', expires_in: 43_200 })
  })

  test('N107 RFC 9068 §2: the token says who, for whom and until when', async () => {
    const response = await token({ grant_type: 'client_credentials' })
    const { access_token: accessToken } = (await response.json()) as Tokens
    expect(decodeProtectedHeader(accessToken)).toMatchObject({ typ: 'at+jwt', alg: 'ES256', kid: expect.any(String) })
    const claims = decodeJwt(accessToken)
    expect(claims).toMatchObject({ iss: house.issuer(), aud: house.issuer(), client_id: 'machine' })
    expect(claims.sub).toMatch(/^client:[0-9a-f-]{36}$/)
    expect(Number(claims.exp) - Number(claims.iat)).toBe(43_200)
    expect(claims.jti).toEqual(expect.any(String))
  })

  test('a client may live shorter than its realm says', async () => {
    const short = await addClient(house, { client_id: 'short', grant_types: ['client_credentials'], expires_in: 600 })
    const answer = (await (await token({ grant_type: 'client_credentials' }, basic(short))).json()) as Tokens
    expect(answer.expires_in).toBe(600)
  })

  test('N055 N053 a wrong or missing secret is invalid_client, by Basic with a challenge', async () => {
    const wrong = await token(
      { grant_type: 'client_credentials' },
      basic({ ...machine, client_secret: 'x'.repeat(43) }),
    )
    expect(wrong.status).toBe(401)
    expect(wrong.headers.get('www-authenticate')).toMatch(/^Basic /)
    expect(await wrong.json()).toMatchObject({ error: 'invalid_client' })
    const missing = await token({ grant_type: 'client_credentials', client_id: 'machine' }, {})
    expect(missing.status).toBe(401)
    expect(await missing.json()).toMatchObject({ error: 'invalid_client' })
  })

  test('N052 two ways at once are invalid_request; an equal client_id in the body is fine', async () => {
    const twice = await token({ grant_type: 'client_credentials', client_secret: machine.client_secret })
    expect(twice.status).toBe(400)
    expect(await twice.json()).toMatchObject({ error: 'invalid_request' })
    expect((await token({ grant_type: 'client_credentials', client_id: 'machine' })).status).toBe(200)
    const other = await token({ grant_type: 'client_credentials', client_id: 'quick-start' })
    expect(await other.json()).toMatchObject({ error: 'invalid_request' })
  })

  test('N054 basic and post count as one method', async () => {
    const answer = await token({ grant_type: 'client_credentials', ...machine }, {})
    expect(answer.status).toBe(200)
  })

  test('N049 grant_type missing, unknown, not allowed', async () => {
    expect(await (await token({})).json()).toMatchObject({ error: 'invalid_request' })
    expect(await (await token({ grant_type: 'magic' })).json()).toMatchObject({ error: 'unsupported_grant_type' })
    expect(await (await token({ grant_type: 'authorization_code', code: 'x' })).json()).toMatchObject({
      error: 'unauthorized_client',
    })
  })

  test('N080 a public client cannot act for itself', async () => {
    await addClient(house, {
      client_id: 'public',
      token_endpoint_auth_method: 'none',
      grant_types: ['client_credentials'],
    })
    const answer = await token({ grant_type: 'client_credentials', client_id: 'public' }, {})
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: 'unauthorized_client' })
  })

  test('N081 RFC 9068 §5 a user who is named like a client is told from it', async () => {
    const sub = await addUser(house, { username: 'machine' })
    const response = await token({ grant_type: 'client_credentials' })
    const { access_token: accessToken } = (await response.json()) as Tokens
    const claims = decodeJwt(accessToken)
    expect(claims.sub).not.toBe(sub)
    expect(claims.sub).toMatch(/^client:/)
    expect(claims).not.toHaveProperty('auth_time')
    const introspected = await fetch(`${house.issuer()}/introspect`, {
      method: 'POST',
      headers: basic(machine),
      body: form({ token: accessToken }),
    })
    const told = (await introspected.json()) as Record<string, unknown>
    expect(told).toMatchObject({ active: true, client_id: 'machine', sub: claims.sub })
    expect(told).not.toHaveProperty('username')
    const userinfo = await fetch(`${house.issuer()}/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } })
    expect(userinfo.status).toBe(403)
  })

  test('N010 N011 scopes that are unknown, malformed, OpenID or not allowed', async () => {
    for (const scope of ['nothing', 'openid', 'outbound:token', 'a  b', 'ä']) {
      const answer = await token({ grant_type: 'client_credentials', scope })
      expect(answer.status, scope).toBe(400)
      expect(await answer.json(), scope).toMatchObject({ error: 'invalid_scope' })
    }
    const long = await token({ grant_type: 'client_credentials', scope: 'a '.repeat(2500) })
    expect(await long.json()).toMatchObject({ error: 'invalid_request' })
  })

  test('N045 N048 parameters in the URL or twice', async () => {
    const inUrl = await fetch(`${house.issuer()}/token?grant_type=client_credentials`, {
      method: 'POST',
      headers: basic(machine),
      body: form({}),
    })
    expect(await inUrl.json()).toMatchObject({ error: 'invalid_request' })
    const twice = await fetch(`${house.issuer()}/token`, {
      method: 'POST',
      headers: { ...basic(machine), 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=client_credentials&grant_type=client_credentials',
    })
    expect(await twice.json()).toMatchObject({ error: 'invalid_request' })
    const empty = await token({ grant_type: 'client_credentials', scope: '', unheard_of: '1' })
    expect(empty.status).toBe(200)
    const get = await fetch(`${house.issuer()}/token`)
    expect(get.status).toBe(405)
  })

  test('N051 §2.3.1 Basic credentials are form-decoded, and tried once as they came', async () => {
    const secret = 'p%41ss+word:with ü and %'
    const odd = await addClient(house, { client_id: 'odd:id', grant_types: ['client_credentials'] }, secret)
    const encoded = `${encodeURIComponent('odd:id')}:${encodeURIComponent(secret)}`
    const header = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })
    expect((await token({ grant_type: 'client_credentials' }, header(encoded))).status).toBe(200)
    expect((await token({ grant_type: 'client_credentials' }, header(`odd%3Aid:${secret}`))).status).toBe(200)
    expect((await token({ grant_type: 'client_credentials', ...odd }, {})).status).toBe(200)
  })

  test('N040 a disabled client is invalid_client at once', async () => {
    const doomed = await addClient(house, { client_id: 'doomed', grant_types: ['client_credentials'], enabled: false })
    const answer = await token({ grant_type: 'client_credentials' }, basic(doomed))
    expect(answer.status).toBe(401)
    expect(await answer.json()).toMatchObject({ error: 'invalid_client' })
  })

  test('a refusal tells the log what was sent and what is stored, and never the secret', async () => {
    house.logged.length = 0
    await token({ grant_type: 'refresh_token', refresh_token: 'canary-refresh-token' })
    await token(
      { grant_type: 'client_credentials' },
      basic({ ...machine, client_secret: 'canary-secret-canary-secret' }),
    )
    const log = house.logged.join('\n')
    expect(log).toContain('unauthorized_client')
    expect(log).toContain('client_credentials')
    expect(log).not.toContain('canary')
  })
})
