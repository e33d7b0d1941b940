/** What the token side refuses whatever its content, and how: forms, sizes, answers (RFC 6749 §3.2, §5.1, §5.2). */
import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addClient, addUser, type Credentials } from './clients.ts'
import { REDIRECT_URI, tokenRequest, tokensOf } from './code-flow.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { basic, form } from './requests.ts'

const FORM = 'application/x-www-form-urlencoded'
const DOORS = ['token', 'introspect', 'revoke'] as const
/** RFC 6749 §5.2 */
const DESCRIPTION = /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/
/** RFC 6749 §5.2, RFC 6750 §3.1, RFC 7009 §2.2.1, and those of ours that no document forbids. */
const ERRORS = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'temporarily_unavailable',
]

interface Told {
  readonly status: number
  readonly headers: Headers
  readonly error: string
  readonly description: string
}

describe.each(ENGINES)('limits on %s', (engine) => {
  let house: House
  let web: Credentials

  beforeAll(async () => {
    house = await openHouse({ engine })
    web = await addClient(house, {
      client_id: 'web',
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      redirect_uris: [REDIRECT_URI],
      scope: 'openid profile offline_access',
    })
    await addClient(house, { client_id: 'single-page', token_endpoint_auth_method: 'none', grant_types: [] })
    await addClient(house, { client_id: 'off', enabled: false })
    await addUser(house, { username: 'alice' })
  })
  afterAll(() => house.close())

  const post = (door: string, body: NonNullable<RequestInit['body']>, headers: Record<string, string> = {}) =>
    fetch(`${house.issuer()}/${door}`, { method: 'POST', headers: { ...basic(web), ...headers }, body })
  const fine = 'grant_type=client_credentials&token=x'

  /** Every refusal of these doors has this form (N050, N058). */
  const refused = async (response: Response, what = ''): Promise<Told> => {
    const { status, headers } = response
    const text = await response.text()
    expect(status, what).toBeGreaterThanOrEqual(400)
    expect(status, what).toBeLessThan(500)
    expect(headers.get('content-type'), what).toBe('application/json')
    expect(headers.get('cache-control'), what).toBe('no-store')
    expect(headers.get('pragma'), what).toBe('no-cache')
    const { error, error_description: description, ...rest } = JSON.parse(text) as Record<string, string>
    expect(rest, what).toEqual({})
    expect(ERRORS, what).toContain(error)
    expect(description, what).toMatch(DESCRIPTION)
    return { status, headers, error: error ?? '', description: description ?? '' }
  }

  describe.each(DOORS)('at %s', (door) => {
    test('the honest request passes', async () => {
      expect((await post(door, fine, { 'content-type': FORM })).status).toBe(200)
      expect((await post(door, fine, { 'content-type': `${FORM};charset=UTF-8` })).status).toBe(200)
    })

    test('N045 N050 §3.2 POST alone', async () => {
      for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'PROPFIND']) {
        const told = await refused(await fetch(`${house.issuer()}/${door}`, { method }), method)
        expect([told.status, told.headers.get('allow')?.startsWith('POST')]).toEqual([405, true])
      }
    })

    test('N045 §3.2 nothing in the URL', async () => {
      for (const query of ['grant_type=client_credentials', 'client_secret=x', 'token=x', 'client_id=web', 'code=x']) {
        const response = await post(`${door}?${query}`, fine, { 'content-type': FORM })
        expect(await refused(response, query)).toMatchObject({ status: 400, error: 'invalid_request' })
      }
    })

    test('N046 appendix B another type or charset: 415', async () => {
      const types = [
        'application/json',
        'multipart/form-data; boundary=x',
        'text/plain',
        `${FORM}; charset=iso-8859-1`,
        `${FORM}; charset=utf-16`,
        `${FORM}, application/json`,
        'application/x-www-form-urlencoded2',
        `${FORM}; q=1`,
        'x',
      ]
      for (const type of types) {
        const told = await refused(await post(door, fine, { 'content-type': type }), type)
        expect(told, type).toMatchObject({ status: 415, error: 'invalid_request' })
      }
    })

    test('N046 appendix B broken encodings: 400', async () => {
      const bodies: (string | Uint8Array<ArrayBuffer>)[] = [
        `${fine}&a=%`,
        `${fine}&a=%zz`,
        `${fine}&a=%e4`,
        `${fine}&a=%c3%28`,
        `${fine}&%ff=1`,
        `${fine}&a=%00`,
        `${fine}&a=\0`,
        `${fine}&a=%ed%a0%80`,
        `\ufeff${fine}`,
        Uint8Array.from([...Buffer.from(`${fine}&a=`), 0xe4]),
      ]
      for (const body of bodies) {
        const told = await refused(await post(door, body, { 'content-type': FORM }), String(body))
        expect(told, String(body)).toMatchObject({ status: 400, error: 'invalid_request' })
      }
    })

    test('N047 a body above 64 KB: 413, told without reading it all', async () => {
      const at = (length: number) => post(door, `${fine}&a=`.padEnd(length, 'x'), { 'content-type': FORM })
      expect((await at(65_536)).status).toBe(200)
      expect(await refused(await at(65_537))).toMatchObject({ status: 413, error: 'invalid_request' })
      expect(await endlessBody(door)).toBe(413)
    })

    test('N047 more than 100 parameters: 400; headers above 16 KB: 431', async () => {
      const of = (count: number) => `${fine}${Array.from({ length: count - 2 }, (_, at) => `&p${at}=1`).join('')}`
      expect((await post(door, of(100), { 'content-type': FORM })).status).toBe(200)
      const told = await refused(await post(door, of(101), { 'content-type': FORM }))
      expect(told).toMatchObject({ status: 400, error: 'invalid_request' })
      const long = await post(door, fine, { 'content-type': FORM, 'x-long': 'x'.repeat(17_000) })
      expect(long.status).toBe(431)
    })

    test('N048 §3.2 twice is refused, empty is absent, unknown is ignored', async () => {
      const headers = { 'content-type': FORM }
      for (const name of ['grant_type', 'token', 'scope', 'client_id', 'whatever']) {
        const response = await post(door, `${fine}&${name}=a&${name}=a`, headers)
        expect(await refused(response, name)).toMatchObject({ status: 400, error: 'invalid_request' })
      }
      const empty = `${fine}&scope=&client_secret=&client_assertion=&code=&whatever=&x=${'y'.repeat(1000)}`
      expect((await post(door, empty, headers)).status).toBe(200)
      expect((await post(door, `${fine}&resource=https%3A%2F%2Fa&resource=https%3A%2F%2Fb`, headers)).status).toBe(200)
      const needed = door === 'token' ? 'grant_type' : 'token'
      const without = await post(door, fine.replace(new RegExp(`${needed}=[^&]*`), `${needed}=`), headers)
      expect(await refused(without)).toMatchObject({ status: 400, error: 'invalid_request' })
    })
  })

  test('N146 N053 a client_id with a NUL, however it came, is an unknown client', async () => {
    const base64 = (text: string) => Buffer.from(text).toString('base64')
    const segment = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const parts = [{ alg: 'ES256' }, { iss: 'web\0', sub: 'web\0' }].map(segment)
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
    const assertion = form({ client_assertion: `${parts.join('.')}.AAAA`, client_assertion_type: type })
    const callers: [Record<string, string>, string][] = [
      [{ authorization: `Basic ${base64('web\0:x')}` }, ''],
      [{ authorization: `Basic ${base64('web%00:x')}` }, ''],
      [{ authorization: `Basic ${base64('\0:\0')}` }, ''],
      [{}, `&${assertion.toString()}`],
    ]
    for (const door of DOORS) {
      for (const [headers, more] of callers) {
        const init = { method: 'POST', headers: { ...headers, 'content-type': FORM }, body: fine + more }
        const told = await refused(await fetch(`${house.issuer()}/${door}`, init), door)
        expect(told).toMatchObject({ status: 401, error: 'invalid_client' })
      }
    }
    const secret = await post('token', fine, { 'content-type': FORM, authorization: `Basic ${base64('web:\0')}` })
    expect(await refused(secret)).toMatchObject({ status: 401, error: 'invalid_client' })
  })

  /** Sends without end, and answers the status that came nevertheless. */
  function endlessBody(door: string): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    const headers = { ...basic(web), 'content-type': FORM, 'transfer-encoding': 'chunked' }
    const answered = new AbortController()
    const outgoing = httpRequest(`${house.issuer()}/${door}`, { method: 'POST', headers }, (response) => {
      answered.abort()
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    const pump = () => {
      while (!answered.signal.aborted && outgoing.write('x'.repeat(8192)));
    }
    outgoing.on('drain', pump)
    outgoing.on('error', (error) => (answered.signal.aborted ? undefined : reject(error)))
    pump()
    return promise
  }

  test('N050 N058 §5.2 whatever is wrong, the answer has one form and none of the caller’s words', async () => {
    const canary = 'canary"\\\u00e4<b>'
    const names = ['grant_type', 'code', 'redirect_uri', 'code_verifier', 'refresh_token', 'scope', 'client_id']
    const more = ['client_secret', 'client_assertion', 'client_assertion_type', 'token', 'token_type_hint', 'resource']
    const grants = ['authorization_code', 'refresh_token', 'client_credentials', 'password', canary]
    const { refresh_token: live = '' } = await tokensOf(house, { client: web, username: 'alice' })
    const told = new Set<string>()
    const callers: Record<string, string>[] = [
      basic(web),
      basic({ ...web, client_secret: canary }),
      basic({ client_id: canary, client_secret: canary }),
      { authorization: 'Basic canary' },
      { authorization: 'Bearer canary' },
      {},
    ]
    for (const door of DOORS) {
      for (const grant_type of grants) {
        for (const name of ['', ...names, ...more]) {
          for (const headers of callers) {
            const fields = { grant_type, token: '', ...(name && { [name]: canary }) }
            const response = await fetch(`${house.issuer()}/${door}`, { method: 'POST', headers, body: form(fields) })
            if (response.status === 200) continue
            const { description } = await refused(response, `${door} ${grant_type} ${name}`)
            told.add(description)
          }
        }
      }
    }
    const particular: Record<string, string>[] = [
      { grant_type: 'refresh_token', refresh_token: live, scope: 'canary' },
      { grant_type: 'client_credentials', scope: 'canary' },
      { grant_type: 'client_credentials', scope: 'canary '.repeat(1000) },
      { grant_type: 'client_credentials', client_id: 'canary' },
    ]
    for (const fields of particular) told.add((await refused(await tokenRequest(house, web, fields))).description)
    for (const id of ['off', 'single-page', 'web']) {
      const body = form({ grant_type: 'client_credentials', client_id: id, client_secret: 'canary' })
      const response = await fetch(`${house.issuer()}/token`, { method: 'POST', body })
      told.add((await refused(response, id)).description)
    }
    expect(told.size).toBeGreaterThan(12)
    for (const description of told) expect(description).not.toMatch(/canary/i)
    expect(house.logged.filter((line) => line.includes('"level":"error"'))).toEqual([])
  })
})
