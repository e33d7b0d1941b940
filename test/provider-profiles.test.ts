import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { profileDocument } from '#contract/profile.ts'
import { PROFILES } from '#outbound/profiles/catalogue.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, type Office } from './office.ts'
import { addCaller, askToken, OPEN_HERE, outboundBearer } from './outbound-house.ts'
import { openScriptedServer, type ScriptedServer } from './scripted-server.ts'

/* Provider profiles of a realm's own: quirks as data that an administrator writes. */

test.each(PROFILES.map((profile) => [profile.name, profile] as const))('%s is what may be written', (_, profile) => {
  expect(profileDocument.parse(JSON.parse(JSON.stringify(profile)))).toEqual(profile)
})

describe.each(ENGINES)('provider profiles on %s', (engine) => {
  let house: House
  let admin: Office
  let provider: ScriptedServer
  const realm = '/realms/default'
  const path = `${realm}/profiles`

  beforeAll(async () => {
    house = await openHouse({ engine, env: OPEN_HERE })
    admin = await adminOffice(house)
    provider = await openScriptedServer()
  })
  afterAll(async () => {
    await house.close()
    await provider.close()
  })
  beforeEach(() => provider.reset())

  const serverOf = (name: string, profile: string, more: object = {}) => ({
    name,
    profile,
    grant_type: 'client_credentials',
    client_id: 'ours',
    client_secret: 'known-to-both',
    token_endpoint: `${provider.url}/token`,
    allowed_clients: ['*'],
    ...more,
  })
  const legOf = (told: { requests: readonly { leg: string }[] }, leg: string) =>
    told.requests.find((each) => each.leg === leg)

  test('one is written, named by a server, and its requests are made as it says', async () => {
    const made = await admin.post(path, {
      name: 'acme',
      title: 'Acme',
      token: { placement: 'json', rename: { client_id: 'app_id' }, headers: { 'X-Api': 'v2' } },
      answer: { root: 'data', expiry: { source: 'milliseconds' } },
    })
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    expect(made.body).toMatchObject({ shipped: false, openid: false, defaults: {}, created_at: expect.any(Number) })
    expect(legOf(made.body, 'token')).toMatchObject({
      method: 'POST',
      headers: { 'x-api': 'v2', 'content-type': 'application/json' },
      body: expect.stringContaining('"app_id":"your-client-id"'),
      problem: null,
    })
    expect((await admin.get(path)).body.items.at(-1)).toMatchObject({ name: 'acme' })
    provider.stand('/token', { json: { data: { access_token: 'nested', expires_in: 3_600_000 } } })
    const server = await admin.post(`${realm}/oauth-servers`, serverOf('Acme CRM', 'acme'))
    expect(server.body).toMatchObject({ status: 'ok', last_error: null, profile: 'acme' })
    expect(provider.last().parameters).toMatchObject({ app_id: 'ours' })
    const bearer = await outboundBearer(house, await addCaller(house, `acme-${engine}`))
    expect((await askToken(house, 'acme-crm', bearer)).body).toMatchObject({ access_token: 'nested' })
  })

  test('a patch takes members away; what an answer was not understood by is mended, and the server goes on', async () => {
    await admin.post(path, { name: 'wrong', title: 'Wrong', answer: { root: 'result', format: 'json' } })
    provider.stand('/token', { json: { data: { token: 'found', ttl: 60 } } })
    const server = await admin.post(`${realm}/oauth-servers`, serverOf('Wrongly read', 'wrong'))
    expect(server.body).toMatchObject({ status: 'error' })
    const fields = { access_token: ['data.token'], expires: ['data.ttl'] }
    const told = await admin.patch(`${path}/wrong`, { title: 'Right', answer: { root: null, fields } })
    expect(told.body).toMatchObject({ title: 'Right', answer: { format: 'json', fields } })
    expect(told.body.answer).not.toHaveProperty('root')
    expect((await admin.post(`${realm}/oauth-servers/wrongly-read/test`)).body).toMatchObject({ works: true })
    const stale = { 'if-match': '"of-before"' }
    expect((await admin.patch(`${path}/wrong`, { title: 'Late' }, stale)).status).toBe(412)
    const { items } = (await admin.get(`${realm}/audit?action=profile.update`)).body
    expect(items[0]).toMatchObject({ object_name: 'wrong' })
  })

  test.each([
    [{ name: 'Not a name', title: 'x' }, 'name'],
    [{ name: 'x', title: '' }, 'title'],
    [{ name: 'x', title: 'x', tokens: {} }, 'tokens'],
    [{ name: 'x', title: 'x', token: { metod: 'GET' } }, 'token.metod'],
    [{ name: 'x', title: 'x', token: { method: 'DELETE' } }, 'token.method'],
    [{ name: 'x', title: 'x', token: { headers: { Host: 'evil.example' } } }, 'token.headers.Host'],
    [{ name: 'x', title: 'x', hosts: ['https://evil.example'] }, 'hosts.0'],
    [{ name: 'x', title: 'x', hosts: ['*'] }, 'hosts.0'],
    [{ name: 'x', title: 'x', answer: { root: 'a..b' } }, 'answer.root'],
    [{ name: 'x', title: 'x', answer: { expiry: { source: 'guess' } } }, 'answer.expiry.source'],
    [{ name: 'x', title: 'x', placement: { in: 'header', name: 'Cookie' } }, 'placement.name'],
    [{ name: 'x', title: 'x', defaults: { token_endpoint: 'javascript:alert(1)' } }, 'defaults.token_endpoint'],
    [{ name: 'x', title: 'x', refresh_token: { idle_seconds: -1 } }, 'refresh_token.idle_seconds'],
  ])('%j is refused at its field', async (body, field) => {
    expect(await admin.post(path, body)).toMatchObject({ status: 400, body: { field } })
    expect(await admin.post(`${realm}/profiles/preview`, body)).toMatchObject({ status: 400, body: { field } })
    expect((await admin.get(`${path}/x`)).status).toBe(404)
  })

  test('those that come with Sallyport are read, copied, and neither changed nor replaced', async () => {
    const google = (await admin.get(`${path}/google`)).body
    expect(google).toMatchObject({ shipped: true, created_at: null, offline: { parameters: { prompt: 'consent' } } })
    expect(legOf(google, 'revoke')).toMatchObject({ url: 'https://oauth2.googleapis.com/revoke', problem: null })
    expect(await admin.post(path, { name: 'google', title: 'x' })).toMatchObject({
      status: 409,
      body: { field: 'name' },
    })
    expect((await admin.patch(`${path}/google`, { title: 'x' })).status).toBe(409)
    expect((await admin.delete(`${path}/google`)).status).toBe(409)
    const { requests: _, shipped: _s, created_at: _c, updated_at: _u, ...copied } = google
    expect((await admin.post(path, { ...copied, name: 'google_copy' })).status).toBe(201)
    expect(await admin.post(path, { ...copied, name: 'google_copy' })).toMatchObject({ status: 409 })
    expect((await admin.delete(`${path}/google_copy`)).status).toBe(204)
  })

  test('N181 a profile that is in use leads no secret elsewhere; a server names one that does with its secret', async () => {
    await admin.post(path, { name: 'still', title: 'Still' })
    provider.stand('/token', { json: { access_token: 'one', expires_in: 3600 } })
    await admin.post(`${realm}/oauth-servers`, serverOf('Stays here', 'still'))
    const elsewhere = { hosts: ['collect.example'], token: { url: 'https://collect.example/token' } }
    const told = await admin.patch(`${path}/still`, elsewhere)
    expect(told).toMatchObject({ status: 409, body: { detail: expect.stringContaining('stays-here') } })
    expect((await admin.get(`${path}/still`)).body).not.toHaveProperty('hosts')
    await admin.post(path, { name: 'away', title: 'Away', ...elsewhere })
    const moved = await admin.patch(`${realm}/oauth-servers/stays-here`, { profile: 'away' })
    expect(moved).toMatchObject({ status: 400, body: { field: 'client_secret' } })
    expect((await admin.delete(`${path}/still`)).status).toBe(409)
  })

  test('what goes through a browser holds no secret, whatever the profile says', async () => {
    const authorize = { add: { leak: '{client_secret}' }, url: 'https://login.example/{client_secret}/authorize' }
    const told = await admin.post(`${realm}/profiles/preview`, { name: 'x', title: 'x', authorize })
    expect(JSON.stringify(legOf(told.body, 'authorize'))).not.toContain('your-client-secret')
    const token = { url: 'https://elsewhere.example/token' }
    const led = await admin.post(`${realm}/profiles/preview`, { name: 'x', title: 'x', token })
    expect(legOf(led.body, 'token')).toMatchObject({ problem: expect.stringContaining('a host that the profile does') })
  })

  test('addresses that are made of what was kept are shown with a sample', async () => {
    const told = await admin.post(`${realm}/profiles/preview`, {
      name: 'zoho',
      title: 'Zoho',
      hosts: ['*.zoho.com'],
      callback: { keep: { accounts: 'accounts-server' } },
      token: { url: '{kept.accounts}/oauth/v2/token' },
    })
    expect(legOf(told.body, 'token')).toMatchObject({ url: 'https://sample.zoho.com/oauth/v2/token', problem: null })
  })

  test('a profile is the realm’s own: another realm does not know it', async () => {
    await admin.post('/realms', { name: `other-${engine}` })
    await admin.post(path, { name: 'ours', title: 'Ours' })
    expect((await admin.get(`/realms/other-${engine}/profiles/ours`)).status).toBe(404)
    const told = await admin.post(`/realms/other-${engine}/oauth-servers`, serverOf('x', 'ours'))
    expect(told).toMatchObject({ status: 400, body: { field: 'profile' } })
  })

  test('it has a history and a way back, lies in the recycle bin, and many are deleted at once', async () => {
    await admin.post(path, { name: 'lived', title: 'First', answer: { root: 'data' } })
    await admin.patch(`${path}/lived`, { title: 'Second', answer: null, token: { method: 'GET' } })
    const { items } = (await admin.get(`${path}/lived/history`)).body
    const back = await admin.post(`${path}/lived/history/${items[1].version}/revert`)
    expect(back).toMatchObject({ status: 200, body: { title: 'First', answer: { root: 'data' } } })
    expect(back.body).not.toHaveProperty('token')
    const told = await admin.post(`${path}/bulk`, { action: 'delete', ids: ['lived', 'google'] })
    expect(told.body.results).toMatchObject([{ status: 'done' }, { status: 'refused' }])
    const bin = (await admin.get(`${realm}/deleted?kind=profile&name=lived`)).body.items
    expect((await admin.post(`${realm}/deleted/${bin[0].id}/restore`)).body).toMatchObject({ kind: 'profile' })
    expect((await admin.get(`${path}/lived`)).body).toMatchObject({ title: 'First', answer: { root: 'data' } })
  })

  test('the list is filtered, sorted and cut like every other', async () => {
    const names = async (query: string) => {
      const { body } = await admin.get(`${path}?${query}`)
      return [body.total, ...body.items.map((each: { name: string }) => each.name)]
    }
    await admin.post(path, { name: 'zz_last', title: 'Zz' })
    expect(await names('title=SLACK&shipped=true&sort=-name')).toEqual([2, 'slack_user', 'slack'])
    expect(await names('search=zz&shipped=false')).toEqual([1, 'zz_last'])
    expect((await names('shipped=true&page=2&page_size=4')).slice(1)).toHaveLength(4)
    expect(await names('created_at=1..&name=zz_last')).toEqual([1, 'zz_last'])
    expect(await names('created_at=..5')).toEqual([0])
    const created = (await admin.get(`${path}/zz_last`)).body.created_at
    expect(await names(`name=zz&created_at=>=${created}`)).toEqual([1, 'zz_last'])
    expect((await admin.get(`${path}?sort=openid`)).status).toBe(400)
  })

  test('it is configuration: exported, applied to another realm, and what a document does not say any more goes', async () => {
    const at = `/realms/configured-${engine}`
    const rules = '{ name: acme, title: Acme, token: { method: GET }, answer: { root: data, statuses: [201] } }'
    await admin.post('/realms', { name: `configured-${engine}` })
    const apply = (yaml: string) => admin.post(`${at}/configuration/apply`, { yaml })
    expect((await apply(`profiles: [${rules}]`)).body.changes).toMatchObject([{ action: 'create', kind: 'profile' }])
    const { yaml } = (await admin.get(`${at}/configuration`)).body
    expect(yaml).toContain('root: data')
    expect((await admin.post(`${at}/configuration/plan`, { yaml })).body.changes).toEqual([])
    await apply('profiles: [{ name: acme, title: Acme, answer: { statuses: [201] } }]')
    const left = (await admin.get(`${at}/profiles/acme`)).body
    expect(left).toMatchObject({ answer: { statuses: [201] } })
    expect([left.token, left.answer.root]).toEqual([undefined, undefined])
    const built = await apply('profiles: [{ name: google, title: Mine }]')
    expect(built).toMatchObject({ status: 400, body: { field: 'profiles.0.name' } })
  })
})
