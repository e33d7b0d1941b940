import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { freshToken } from '#outbound/fresh-token.ts'
import { type Credentials, realmOf } from './clients.ts'
import { type House, openHouse } from './house.ts'
import { addCaller, addServer, askToken, OPEN_HERE, outboundBearer } from './outbound-house.ts'
import { openScriptedServer, type ScriptedServer } from './scripted-server.ts'

/* The door where an application fetches a token of somebody else's server: who may, and what comes back. */

const given = (name: string, more: object = {}) => ({
  json: { access_token: name, token_type: 'Bearer', expires_in: 3600, scope: 'read', ...more },
})

describe('the token door', () => {
  let house: House
  let provider: ScriptedServer
  let caller: Credentials
  let bearer: string

  beforeAll(async () => {
    provider = await openScriptedServer()
    house = await openHouse({ env: OPEN_HERE })
    caller = await addCaller(house, 'robot')
    bearer = await outboundBearer(house, caller)
  })
  afterAll(async () => {
    await house.close()
    await provider.close()
  })
  beforeEach(() => provider.reset())

  test('a token is fetched once and given to everybody until it nears its end', async () => {
    await addServer(house, `${provider.url}/token`, { name: 'Once' })
    provider.next(given('first'))
    const told = await askToken(house, 'once', bearer)
    expect(told.status).toBe(200)
    expect(told.body).toMatchObject({ access_token: 'first', token_type: 'Bearer', scope: 'read' })
    expect(told.body.expires_in).toBeGreaterThan(3590)
    expect(told.headers.get('cache-control')).toBe('no-store')
    expect((await askToken(house, 'once', bearer)).body.access_token).toBe('first')
    expect(provider.asked).toHaveLength(1)
    expect(provider.last().parameters).toMatchObject({
      grant_type: 'client_credentials',
      client_id: 'our-id',
      client_secret: 'our-secret',
      scope: 'read write',
    })
  })

  test('401 without a bearer, 403 without the scope, 404 for an unknown server, 403 off the allow list', async () => {
    await addServer(house, `${provider.url}/token`, { name: 'Closed', allowed_clients: [] })
    const bare = await askToken(house, 'closed', undefined)
    expect([bare.status, bare.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    const call = await outboundBearer(house, caller, 'outbound:call')
    expect((await askToken(house, 'closed', call)).status).toBe(403)
    expect((await askToken(house, 'nowhere', bearer)).status).toBe(404)
    const refused = await askToken(house, 'closed', bearer)
    expect(refused).toMatchObject({ status: 403, body: { type: 'urn:sallyport:problem:not_allowed' } })
    expect(refused.headers.get('content-type')).toBe('application/problem+json')
    expect(provider.asked).toHaveLength(0)
  })

  test('wrong settings: 503 with the code, one careful try, and nothing more until it is over', async () => {
    await addServer(house, `${provider.url}/token`, { name: 'Wrong' })
    provider.stand('/token', { status: 401, json: { error: 'invalid_client', error_description: 'no our-secret' } })
    const told = await askToken(house, 'wrong', bearer)
    expect(told).toMatchObject({ status: 503, body: { code: 'invalid_client' } })
    expect(told.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(JSON.stringify(told.body)).not.toContain('our-secret')
    await askToken(house, 'wrong', bearer)
    await askToken(house, 'wrong', bearer)
    expect(provider.asked.length).toBeLessThanOrEqual(2)
  })

  test('N162 503 is tried again within the budget, and Retry-After beyond it is honoured', async () => {
    await addServer(house, `${provider.url}/token`, { name: 'Shaky' })
    provider.next({ status: 503 }, { status: 503 }, given('third'))
    expect((await askToken(house, 'shaky', bearer)).body.access_token).toBe('third')
    await addServer(house, `${provider.url}/token`, { name: 'Busy' })
    provider.reset()
    provider.next({ status: 429, headers: { 'retry-after': '120' } })
    const told = await askToken(house, 'busy', bearer)
    expect(told.status).toBe(503)
    expect(Number(told.headers.get('retry-after'))).toBeGreaterThan(100)
    await askToken(house, 'busy', bearer)
    expect(provider.asked).toHaveLength(1)
  })

  test('a server that a person must authorize answers 409', async () => {
    await addServer(house, `${provider.url}/token`, { name: 'Personal', grant_type: 'authorization_code' })
    expect(await askToken(house, 'personal', bearer)).toMatchObject({ status: 409, body: { code: 'not_connected' } })
  })

  test('a server that is to be disabled after repeated failure answers 503 with the reason, and is asked no more', async () => {
    const input = { name: 'Fragile', on_failure: 'disable', max_retry_attempts: 1 } as const
    await addServer(house, `${provider.url}/token`, input)
    provider.stand('/token', { status: 500 })
    await askToken(house, 'fragile', bearer)
    const told = await askToken(house, 'fragile', bearer)
    expect(told).toMatchObject({ status: 503, body: { code: 'disabled' } })
    expect(told.body.detail).toContain('http_500')
    expect(provider.asked).toHaveLength(2)
  })

  test('N163 a token is for one person, one layer and one scope: concurrent refreshes never mix them up', async () => {
    const server = await addServer(house, `${provider.url}/token`, { name: 'Many' })
    const realm = await realmOf(house, 'default')
    provider.stand('/token', ({ parameters }) => ({ ...given(`for ${parameters['scope']}`), delayMs: 20 }))
    const { context } = house.app
    const subject = { kind: 'application' } as const
    const scopes = Array.from({ length: 20 }, (_, at) => `scope-${at % 10}`)
    const tokens = await Promise.all(scopes.map((scope) => freshToken(context, { realm, server, subject, scope })))
    expect(tokens).toMatchObject(scopes.map((scope) => ({ kind: 'token', access_token: `for ${scope}` })))
    expect(provider.asked).toHaveLength(10)
    const person = { kind: 'user', user_id: 'somebody' } as const
    expect(await freshToken(context, { realm, server, subject: person, scope: 'scope-1' })).toMatchObject({
      kind: 'needs_authorization',
    })
    const layered = { realm, server, subject, scope: 'scope-1', environment: 'elsewhere' }
    expect(await freshToken(context, layered)).toMatchObject({ access_token: 'for scope-1' })
    expect(provider.asked).toHaveLength(11)
  })

  test('a token that an API refuses is renewed once, and the one that came for it is not renewed again', async () => {
    const server = await addServer(house, `${provider.url}/token`, { name: 'Refused' })
    const wanted = { realm: await realmOf(house, 'default'), server, subject: { kind: 'application' } as const }
    let made = 0
    provider.stand('/token', () => given(`token-${++made}`))
    const { context } = house.app
    const version = async (refused_version?: number): Promise<number> => {
      const token = await freshToken(context, wanted, refused_version === undefined ? {} : { refused_version })
      return token.kind === 'token' ? token.version : 0
    }
    const first = await version()
    const second = await version(first)
    expect(second).toBe(first + 1)
    expect(await version(first)).toBe(second)
    expect(await version(second)).toBe(second)
    expect(made).toBe(2)
  })

  test('min_validity renews a token that would end too soon, and is bounded', async () => {
    await addServer(house, `${provider.url}/token`, { name: 'Short' })
    provider.next(given('short', { expires_in: 1000 }), given('longer'))
    await askToken(house, 'short', bearer)
    expect((await askToken(house, 'short', bearer, { min_validity: '400' })).body.access_token).toBe('short')
    expect((await askToken(house, 'short', bearer, { min_validity: 'soon' })).status).toBe(400)
    expect((await askToken(house, 'short', bearer, { min_validity: '99999' })).status).toBe(400)
    expect(provider.asked).toHaveLength(1)
  })

  test('N169 who names a person there is refused: the bearer says whose token it is', async () => {
    await addServer(house, `${provider.url}/token`, { name: 'Whose' })
    const { status, body } = await askToken(house, 'whose', bearer, { sub: 'somebody' })
    expect([status, body.detail]).toEqual([400, expect.stringContaining('the bearer says whose token it is')])
    expect(provider.asked).toHaveLength(0)
  })

  test('N160 many callers at once cause one request', async () => {
    await addServer(house, `${provider.url}/token`, { name: 'Crowd' })
    provider.stand('/token', { ...given('shared'), delayMs: 100 })
    const answers = await Promise.all(Array.from({ length: 200 }, () => askToken(house, 'crowd', bearer)))
    expect(new Set(answers.map(({ body }) => body.access_token))).toEqual(new Set(['shared']))
    expect(provider.asked).toHaveLength(1)
  })
})
