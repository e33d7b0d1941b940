/** The operators' port: health, and what is counted. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Browser } from './browser.ts'
import { addClient, addUser, type Credentials } from './clients.ts'
import { authorizationUrl, authorize, REDIRECT_URI, redeem, refresh, type Tokens, tokenRequest } from './code-flow.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { form } from './requests.ts'

const DOORS = ['/health/live', '/health/ready', '/health/started', '/metrics']

/** One series of the text format: its value, or undefined where it is not there. */
function series(text: string, name: string, labels: Readonly<Record<string, string>>): number | undefined {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  const line = text
    .split('\n')
    .find((each) => each.startsWith(`${name}{`) && wanted.every((pair) => each.includes(pair)))
  return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ') + 1))
}

describe.each(ENGINES)('operations on %s', (engine) => {
  let house: House
  let web: Credentials

  beforeAll(async () => {
    house = await openHouse({ engine })
    web = await addClient(house, {
      client_id: 'web',
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      redirect_uris: [REDIRECT_URI],
      scope: 'openid profile',
    })
    await addUser(house, { username: 'alice' })
  })
  afterAll(() => house.close())

  const metrics = async () => (await fetch(`${house.operationsUrl}/metrics`)).text()
  const anonymous = (realm: string, init: RequestInit = {}) =>
    fetch(`${house.issuer(realm)}/token`, { method: 'POST', body: form({ grant_type: 'client_credentials' }), ...init })

  test('alive, started and ready', async () => {
    for (const [door, body] of [
      ['live', 'live\n'],
      ['started', 'started\n'],
      ['ready', 'ready\n'],
    ]) {
      const response = await fetch(`${house.operationsUrl}/health/${door}`)
      expect([response.status, await response.text()], door).toEqual([200, body])
      expect(response.headers.get('cache-control')).toBe('no-store')
    }
  })

  test('N155 none of it on the public port, and nothing public on this one, whatever the headers', async () => {
    const disguises: Record<string, string>[] = [
      {},
      { 'user-agent': 'kube-probe/1.30' },
      { 'user-agent': 'GoogleHC/1.0' },
      { 'x-forwarded-for': '127.0.0.1' },
      { host: 'localhost' },
    ]
    for (const headers of disguises) {
      for (const door of DOORS) expect((await fetch(house.url + door, { headers })).status, door).toBe(404)
      const doors = ['/realms/default/jwks', '/api/v1/realms', '/realms/default/.well-known/openid-configuration', '/']
      for (const door of doors) expect((await fetch(house.operationsUrl + door, { headers })).status, door).toBe(404)
    }
  })

  test('they answer to GET and HEAD alone', async () => {
    for (const door of DOORS) {
      expect((await fetch(house.operationsUrl + door, { method: 'HEAD' })).status).toBe(200)
      for (const method of ['POST', 'DELETE', 'PUT']) {
        expect((await fetch(house.operationsUrl + door, { method })).status, `${method} ${door}`).toBe(405)
      }
    }
  })

  test('what is counted, under which names and labels', async () => {
    const authorized = await authorize(house, { client: web, username: 'alice' })
    const first = (await (await redeem(house, web, authorized)).json()) as Tokens
    await refresh(house, web, first.refresh_token ?? '')
    await tokenRequest(house, web, { grant_type: 'client_credentials' })
    await tokenRequest(house, web, { grant_type: 'client_credentials', scope: 'unknown' })
    await tokenRequest(house, web, { grant_type: 'no such' })
    await tokenRequest(house, { ...web, client_secret: 'wrong' }, { grant_type: 'client_credentials' })
    const response = await fetch(`${house.operationsUrl}/metrics`)
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
    const text = await response.text()
    for (const grant of ['authorization_code', 'refresh_token', 'client_credentials']) {
      expect(series(text, 'sallyport_tokens_issued_total', { realm: 'default', grant }), grant).toBe(1)
    }
    for (const error of ['invalid_scope', 'unsupported_grant_type', 'invalid_client']) {
      expect(series(text, 'sallyport_token_errors_total', { realm: 'default', error }), error).toBe(1)
    }
    expect(series(text, 'sallyport_logins_total', { realm: 'default', result: 'success' })).toBe(1)
    const token = { door: 'token', method: 'POST', status: '200' }
    expect(series(text, 'sallyport_http_request_duration_seconds_count', token)).toBe(3)
    const unlimited = { ...token, le: '+Inf' }
    expect(series(text, 'sallyport_http_request_duration_seconds_bucket', unlimited)).toBe(3)
    expect(text).toMatch(/^sallyport_database_duration_seconds_count\{kind="[a-z_ -]+"\} [1-9]/m)
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m)
    const names = [...text.matchAll(/^# TYPE (sallyport_\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`)
    expect(names.toSorted()).toEqual([
      'sallyport_database_duration_seconds histogram',
      'sallyport_http_request_duration_seconds histogram',
      'sallyport_logins_total counter',
      'sallyport_outbound_refreshes_total counter',
      'sallyport_token_errors_total counter',
      'sallyport_tokens_issued_total counter',
    ])
  })

  test('a login that fails is counted too', async () => {
    const browser = new Browser(house.url)
    const parameters = { response_type: 'code', client_id: 'web', redirect_uri: REDIRECT_URI, scope: 'openid' }
    const pkce = { code_challenge: 'A'.repeat(43), code_challenge_method: 'S256' }
    const page = await browser.open(authorizationUrl(house, { ...parameters, ...pkce }))
    await browser.submit(page, { username: 'nobody', password: 'made up', login: '' })
    expect(series(await metrics(), 'sallyport_logins_total', { realm: 'default', result: 'wrong_credentials' })).toBe(1)
  })

  test('a realm that does not exist, a method, an error that nobody knows never become a label', async () => {
    const requests: RequestInit[] = [
      {},
      { headers: { 'content-type': 'application/json' }, body: '{}' },
      { method: 'GET', body: null },
      { method: 'PROPFIND', body: null },
      { body: 'x'.repeat(70_000), headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      { body: 'a=%zz', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      { headers: { authorization: 'Basic x' } },
    ]
    for (const [at, init] of requests.entries()) await anonymous(`made-up-${at}`, init)
    for (const path of ['/realms/made-up/authorize', '/made-up', '/realms/made-up/login/password', '/api/v1/made-up']) {
      await fetch(house.url + path)
    }
    const text = await metrics()
    expect(text).not.toContain('made-up')
    expect(text).not.toContain('PROPFIND')
    expect(series(text, 'sallyport_token_errors_total', { realm: 'unknown', error: 'not_found' })).toBe(3)
    expect(series(text, 'sallyport_token_errors_total', { realm: 'unknown', error: 'invalid_request' })).toBe(4)
    expect(series(text, 'sallyport_http_request_duration_seconds_count', { door: 'token', method: 'other' })).toBe(2)
  })

  test('while it stops it is not ready, and afterwards it is again', async () => {
    const restarted = house.restart()
    const ready = await fetch(`${house.operationsUrl}/health/ready`).catch(() => undefined)
    expect(ready?.status ?? 503).toBe(503)
    await restarted
    expect((await fetch(`${house.operationsUrl}/health/ready`)).status).toBe(200)
  })
})
