import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type House, openHouse } from './house.ts'
import { adminOffice, type Office } from './office.ts'
import { addCaller, addServer, askToken, connectApplication, OPEN_HERE, outboundBearer } from './outbound-house.ts'
import { openScriptedServer, type ScriptedServer } from './scripted-server.ts'

/* What a profile says of the life and the use of tokens, from the profile's editor to the provider. */

describe('peculiarities that the engine and the proxy keep to', () => {
  let house: House
  let admin: Office
  let provider: ScriptedServer
  let bearer: string
  beforeAll(async () => {
    house = await openHouse({ env: OPEN_HERE })
    admin = await adminOffice(house)
    provider = await openScriptedServer()
    bearer = await outboundBearer(house, await addCaller(house, 'app'), 'outbound:token outbound:call')
  })
  afterAll(async () => {
    await house.close()
    await provider.close()
  })
  beforeEach(() => provider.reset())

  /** A server of a profile with these rules; its slug. */
  async function withRules(name: string, rules: object, more: object = {}): Promise<string> {
    const made = await admin.post('/realms/default/profiles', { name, title: name, ...rules })
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    const base_url = `${provider.url}/v1`
    const { slug } = await addServer(house, `${provider.url}/token`, { name, profile: name, base_url, ...more })
    return slug
  }
  const people = { grant_type: 'authorization_code' } as const
  const refresh = async (slug: string) => {
    const at = `/realms/default/oauth-servers/${slug}/connections`
    const { items } = (await admin.get(at)).body
    return (await admin.post(`${at}/${items[0].id}/refresh`)).body
  }
  const call = async (slug: string, path = 'x') => {
    const headers = { authorization: `Bearer ${bearer}` }
    return await fetch(`${house.issuer()}/outbound/${slug}/call/${path}`, { headers })
  }

  test('44 Workday: the first refresh token is kept although a new one came', async () => {
    const slug = await withRules('workday', { refresh_token: { keep: 'first' } }, people)
    for (const name of ['first', 'second', 'third']) {
      provider.next({ json: { access_token: name, refresh_token: `rt-${name}`, expires_in: 3600 } })
    }
    await connectApplication(house, slug)
    await refresh(slug)
    await refresh(slug)
    expect(provider.asked.slice(1).map(({ parameters }) => parameters['refresh_token'])).toEqual([
      'rt-first',
      'rt-first',
    ])
  })

  test('45 Exact Online: a token is renewed half a minute before its end, not earlier', async () => {
    const slug = await withRules('exact', { margin_seconds: 30 })
    provider.next({ json: { access_token: 'lives long enough', expires_in: 200 } })
    provider.stand('/token', { json: { access_token: 'too early', expires_in: 200 } })
    expect((await askToken(house, slug, bearer)).body).toMatchObject({ access_token: 'lives long enough' })
    const asked = { min_validity: '100' }
    expect((await askToken(house, slug, bearer, asked)).body).toMatchObject({ access_token: 'lives long enough' })
    const [row] = await house.app.context.db.sql
      .selectFrom('connections')
      .innerJoin('oauth_servers', 'oauth_servers.id', 'connections.server_id')
      .select(['hard_at', 'expires_at'])
      .where('slug', '=', slug)
      .execute()
    expect(Number(row?.expires_at) - Number(row?.hard_at)).toBe(30)
  })

  test('39 40 renewed with the access token, which is sent once like any token that is spent', async () => {
    const renewal = { method: 'GET', add: { grant_type: 'ig_refresh_token', access_token: '{access_token}' } }
    const drop = ['client_id', 'client_secret']
    const slug = await withRules('instagram', { renew_with: 'access_token', refresh: { ...renewal, drop } }, people)
    provider.next({ json: { access_token: 'short', expires_in: 3600 } })
    provider.next({ json: { access_token: 'long', expires_in: 5_184_000 } })
    await connectApplication(house, slug)
    expect(await refresh(slug)).toMatchObject({ state: 'ok' })
    expect(provider.last()).toMatchObject({ method: 'GET', query: { access_token: 'short' }, body: '' })
    expect(provider.last().query).not.toHaveProperty('client_secret')
  })

  test('15 21 50 the token in a header of its own; a status of theirs says that it has expired', async () => {
    const placement = { in: 'header', name: 'X-Shopify-Access-Token' }
    const slug = await withRules('shopify', { placement, expired_statuses: [403] })
    provider.stand('/token', () => ({ json: { access_token: `at-${provider.asked.length}` } }))
    provider.stand('/v1/x', ({ headers }) =>
      headers['x-shopify-access-token'] === 'at-1' ? { status: 403 } : { json: { headers } },
    )
    const answer = await call(slug)
    expect(answer.status).toBe(200)
    const { headers } = (await answer.json()) as { headers: Record<string, string> }
    expect(headers['x-shopify-access-token']).toMatch(/^at-[2-9]$/)
    expect(headers).not.toHaveProperty('authorization')
  })

  test('2 Zoho: what the callback and the answer told is in the next request, and the host stays the profile’s', async () => {
    const rules = { answer: { keep: { domain: 'api_domain' } }, refresh: { add: { domain: '{kept.domain}' } } }
    const slug = await withRules('zoho', rules, people)
    provider.next({ json: { access_token: 'at', refresh_token: 'rt', api_domain: 'https://www.zohoapis.eu' } })
    provider.next({ json: { access_token: 'at2', refresh_token: 'rt2' } })
    provider.next({ json: { access_token: 'at3', refresh_token: 'rt3' } })
    await connectApplication(house, slug)
    await refresh(slug)
    await refresh(slug)
    expect(provider.last().parameters).toMatchObject({ refresh_token: 'rt2', domain: 'https://www.zohoapis.eu' })
  })

  test('N163 tokens of two servers of one profile never stand in for each other', async () => {
    const one = await withRules('shared', {})
    const { slug: other } = await addServer(house, `${provider.url}/other`, { name: 'Other', profile: 'shared' })
    provider.stand('/token', { json: { access_token: 'of one', expires_in: 3600 } })
    provider.stand('/other', { json: { access_token: 'of the other', expires_in: 3600 } })
    for (const [slug, access_token] of [
      [one, 'of one'],
      [other, 'of the other'],
      [one, 'of one'],
    ] as const) {
      expect((await askToken(house, slug, bearer)).body).toMatchObject({ access_token })
    }
  })
})
