import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { probeDue } from '#outbound/probe.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, type Office } from './office.ts'
import { addServer, connectApplication, OPEN_HERE } from './outbound-house.ts'
import { openScriptedServer, type ScriptedServer } from './scripted-server.ts'

/* Whether a foreign server works is asked on a schedule, with the token of the application's own connection. */

describe.each(ENGINES)('probes of OAuth servers on %s', (engine) => {
  let house: House
  let provider: ScriptedServer
  let admin: Office
  let servers = 0
  let tokens = 0
  const root = '/realms/default/oauth-servers'

  beforeAll(async () => {
    provider = await openScriptedServer()
    house = await openHouse({ engine, env: OPEN_HERE })
    admin = await adminOffice(house)
  })
  afterAll(async () => {
    await house.close()
    await provider.close()
  })
  beforeEach(() => {
    provider.reset()
    provider.stand('/token', () => ({
      json: { access_token: `at-${++tokens}`, token_type: 'Bearer', expires_in: 3600 },
    }))
  })

  const fields = (more: object) => ({
    name: `P ${++servers}`,
    slug: `p${servers}`,
    grant_type: 'client_credentials',
    client_id: 'ours',
    client_secret: 'our secret',
    token_endpoint: `${provider.url}/token`,
    base_url: `${provider.url}/api`,
    ...more,
  })
  async function probed(more: object): Promise<string> {
    const made = await admin.post(root, fields(more))
    expect(made, JSON.stringify(made.body)).toMatchObject({ status: 201, body: { last_probe: null, status: 'ok' } })
    provider.asked.length = 0
    return made.body.slug
  }
  const viaUrl = () => probed({ probe: 'url', probe_url: `${provider.url}/health` })
  /** One pass, and everything that it began has ended. */
  async function pass(): Promise<void> {
    const { context } = house.app
    await probeDue(context)
    await expect.poll(() => context.engine.sharedKeys('probe ')).toEqual([])
  }
  /** As if the interval were over. */
  async function again(slug: string): Promise<void> {
    const { sql } = house.app.context.db
    const server = sql.selectFrom('oauth_servers').select('id').where('slug', '=', slug)
    await sql.updateTable('oauth_server_states').set({ probe_due_at: 1 }).where('server_id', 'in', server).execute()
    await pass()
  }
  const read = async (slug: string) => (await admin.get(`${root}/${slug}`)).body
  const paths = () => provider.asked.map(({ path }) => path)
  const told = async (slug: string) => {
    const { body } = await admin.get(`/realms/default/audit?action=oauth_server&sort=at_ms`)
    const own = body.items.filter(({ after }: { after: { slug?: string } | null }) => after?.slug === slug)
    return own.map(({ action }: { action: string }) => action.split('.')[1])
  }

  test('userinfo is asked as soon as it is set, with the token, and again only when the time has come', async () => {
    provider.stand('/userinfo', { text: 'a signed answer is as good' })
    const slug = await probed({ probe: 'userinfo', userinfo_endpoint: `${provider.url}/userinfo` })
    await pass()
    expect(provider.last()).toMatchObject({
      method: 'GET',
      path: '/userinfo',
      headers: { authorization: `Bearer at-${tokens}` },
    })
    const { last_probe, status } = await read(slug)
    expect({ last_probe, status }).toEqual({
      last_probe: { at: expect.any(Number), works: true, status: 200 },
      status: 'ok',
    })
    await pass()
    expect(paths()).toEqual(['/userinfo'])
    const { body } = await admin.get(`${root}/${slug}/connections`)
    expect(body.items).toMatchObject([{ last_used_at: null }])
  })

  test('a URL gets the token where the profile places it', async () => {
    const profile = { name: 'keyed', placement: { in: 'header', name: 'X-Api-Key' } }
    expect((await admin.post('/realms/default/profiles', { title: 'Keyed', ...profile })).status).toBe(201)
    provider.stand('/health', { status: 204 })
    const slug = await probed({ profile: 'keyed', probe: 'url', probe_url: `${provider.url}/health` })
    await pass()
    expect(provider.last().headers).toMatchObject({ 'x-api-key': `at-${tokens}` })
    expect((await read(slug)).last_probe).toMatchObject({ works: true, status: 204 })
  })

  test('introspection goes with our credentials; a token that is not active is renewed once', async () => {
    const more = { probe: 'introspection', introspection_endpoint: `${provider.url}/introspect` }
    const slug = await probed(more)
    provider.stand('/introspect', { json: { active: true } })
    await pass()
    expect(provider.last().parameters).toMatchObject({
      token: `at-${tokens}`,
      client_id: 'ours',
      client_secret: 'our secret',
    })
    expect((await read(slug)).last_probe).toMatchObject({ works: true })
    provider.asked.length = 0
    provider.stand('/introspect', { json: { active: false } })
    await again(slug)
    expect(paths()).toEqual(['/introspect', '/token', '/introspect'])
    const seen = await read(slug)
    expect(seen).toMatchObject({ status: 'error', last_probe: { works: false, status: 200 } })
    expect(seen.last_error).toMatchObject({ code: 'probe_failed', description: expect.stringContaining('not active') })
  })

  test('401 renews the token once for each version and asks again; then it is an error, and recovers', async () => {
    const slug = await viaUrl()
    provider.next({ status: 401 })
    provider.stand('/health', { status: 200 })
    await pass()
    expect(paths()).toEqual(['/health', '/token', '/health'])
    expect(await read(slug)).toMatchObject({ status: 'ok', last_error: null, last_probe: { works: true, status: 200 } })
    provider.asked.length = 0
    provider.stand('/health', { status: 401 })
    await again(slug)
    expect(paths()).toEqual(['/health'])
    const seen = await read(slug)
    expect(seen).toMatchObject({ status: 'error', last_probe: { works: false, status: 401 } })
    expect(seen.last_error).toMatchObject({ code: 'probe_failed', description: expect.stringContaining('status 401') })
    const { body } = await admin.get('/realms/default/health?rule=server_error&object_kind=oauth_server')
    expect(body.items[0].reason).toBe(`Its probe fails: ${seen.last_error.advice}`)
    provider.stand('/health', { status: 200 })
    await again(slug)
    expect(await read(slug)).toMatchObject({ status: 'ok', last_error: null, last_probe: { works: true } })
    expect(await told(slug)).toEqual(['create', 'broken', 'recovered'])
  })

  test('trouble that passes degrades, never disables, and rests the server as long as it asks', async () => {
    const slug = await probed({
      probe: 'url',
      probe_url: `${provider.url}/health`,
      on_failure: 'disable',
      max_retry_attempts: 0,
    })
    provider.stand('/health', { status: 500, text: 'a body that nobody keeps' })
    await pass()
    const seen = await read(slug)
    expect(seen).toMatchObject({ status: 'degraded', disabled_at: null, last_probe: { works: false, status: 500 } })
    expect(JSON.stringify(seen)).not.toContain('nobody keeps')
    provider.stand('/health', { drop: 'before_answer' })
    await again(slug)
    expect(await read(slug)).toMatchObject({ status: 'degraded', last_probe: { works: false, status: null } })
    provider.stand('/health', { status: 302, headers: { location: 'https://elsewhere.example/' } })
    await again(slug)
    expect(await read(slug)).toMatchObject({ status: 'error', last_error: { code: 'probe_failed' } })
    provider.stand('/health', { status: 429, headers: { 'retry-after': '3600' } })
    await again(slug)
    provider.asked.length = 0
    await again(slug)
    expect(paths()).toEqual([])
    expect((await read(slug)).disabled_at).toBe(null)
  })

  test('an answer without end is cut, and its status counts', async () => {
    const slug = await viaUrl()
    provider.stand('/health', { paddingBytes: 50_000_000 })
    await pass()
    expect((await read(slug)).last_probe).toMatchObject({ works: true, status: 200 })
  })

  test('an error of the token endpoint stands while an old token works; where none is to be had nothing is asked', async () => {
    const slug = await viaUrl()
    provider.stand('/health', {})
    provider.stand('/token', { status: 401, json: { error: 'invalid_client' } })
    expect((await admin.post(`${root}/${slug}/test`)).body).toMatchObject({ works: false })
    provider.asked.length = 0
    await pass()
    expect(paths()).toEqual(['/health'])
    const seen = await read(slug)
    expect(seen).toMatchObject({ status: 'error', last_error: { code: 'invalid_client' }, last_probe: { works: true } })
    await house.app.context.db.sql
      .updateTable('connections')
      .set({ access_sealed: null, hard_at: 1, expires_at: 1 })
      .execute()
    provider.asked.length = 0
    await again(slug)
    expect(paths()).not.toContain('/health')
    expect(await read(slug)).toMatchObject({
      last_error: { code: 'invalid_client' },
      last_probe: { works: false, status: null },
    })
  })

  test('what is disabled, deleted or in a disabled realm is never asked; enabled again it is', async () => {
    provider.stand('/health', {})
    const [off, gone] = [await viaUrl(), await viaUrl()]
    await admin.post(`${root}/${off}/disable`, { reason: 'the contract ended' })
    expect((await admin.patch(`${root}/${off}`, { description: 'still off' })).status).toBe(200)
    await admin.delete(`${root}/${gone}`)
    await admin.post('/realms', { name: `shut-${engine}` })
    expect(
      (
        await admin.post(
          `/realms/shut-${engine}/oauth-servers`,
          fields({ probe: 'url', probe_url: `${provider.url}/health` }),
        )
      ).status,
    ).toBe(201)
    expect((await admin.patch(`/realms/shut-${engine}`, { enabled: false })).status).toBe(200)
    provider.asked.length = 0
    await again(off)
    await again(gone)
    expect(paths()).toEqual([])
    await admin.post(`${root}/${off}/enable`)
    await pass()
    // Its settings are other ones since it was switched off and on: the token is fetched anew.
    expect(paths()).toEqual(['/token', '/health'])
    expect((await read(off)).last_probe).toMatchObject({ works: true })
  })

  test('where only people connect nothing is asked and nothing shown; the application’s own connection is', async () => {
    const slug = `people-${engine}`
    await addServer(house, `${provider.url}/token`, {
      name: slug,
      grant_type: 'authorization_code',
      authorization_endpoint: `${provider.url}/authorize`,
      base_url: provider.url,
      probe: 'url',
      probe_url: `${provider.url}/health`,
    })
    await pass()
    expect(await read(slug)).toMatchObject({ last_probe: null, last_error: null, status: 'needs_authorization' })
    expect(paths()).toEqual([])
    await connectApplication(house, slug)
    provider.stand('/health', {})
    await again(slug)
    expect(await read(slug)).toMatchObject({ last_probe: { works: true }, status: 'ok' })
  })

  test('a probe that contradicts the other fields is refused by the field that is missing', async () => {
    const refused = async (more: object, field: string) =>
      expect(await admin.post(root, fields(more)), JSON.stringify(more)).toMatchObject({ status: 400, body: { field } })
    await refused({ probe: 'userinfo' }, 'userinfo_endpoint')
    await refused({ probe: 'introspection' }, 'introspection_endpoint')
    await refused({ probe: 'url' }, 'probe_url')
    await refused({ probe: 'ping' }, 'probe')
    await refused({ probe_every_seconds: 59 }, 'probe_every_seconds')
    await refused({ probe_every_seconds: 86_401 }, 'probe_every_seconds')
    const slug = await probed({ probe: 'userinfo', userinfo_endpoint: `${provider.url}/userinfo` })
    const emptied = await admin.patch(`${root}/${slug}`, { userinfo_endpoint: null })
    expect(emptied).toMatchObject({ status: 400, body: { field: 'userinfo_endpoint' } })
    const ended = await admin.patch(`${root}/${slug}`, {
      probe: null,
      userinfo_endpoint: null,
      probe_every_seconds: null,
    })
    expect(ended).toMatchObject({ status: 200, body: { probe: null, probe_every_seconds: 300, last_probe: null } })
    provider.asked.length = 0
    await pass()
    expect(paths()).toEqual([])
  })

  test('N181 the token of a probe goes to no origin that the server’s other URLs do not lead it to', async () => {
    const elsewhere = await openScriptedServer()
    const refused = async (slug: string, patch: object) =>
      expect(await admin.patch(`${root}/${slug}`, patch)).toMatchObject({ status: 400, body: { field: 'probe_url' } })
    const slug = await viaUrl()
    await refused(slug, { probe_url: `${elsewhere.url}/health` })
    await refused(slug, { probe_url: provider.url.replace('http:', 'https:') })
    const far = { probe_url: `${elsewhere.url}/health`, base_url: elsewhere.url }
    expect((await admin.patch(`${root}/${slug}`, far)).status).toBe(200)
    await refused(slug, { base_url: null })
    await pass()
    expect(elsewhere.asked.map(({ path }) => path)).toEqual(['/health'])
    expect((await admin.post(root, fields({ probe: 'url', probe_url: `${elsewhere.url}/` }))).body.field).toBe(
      'probe_url',
    )
    await elsewhere.close()
  })

  test('a copy of the database probes nothing', async () => {
    const slug = await viaUrl()
    const { sql } = house.app.context.db
    await sql.updateTable('facts').set({ value: '1' }).where('name', '=', 'outbound_high_water').execute()
    if (engine === 'sqlite') rmSync(join(house.config.dataDir, 'instance.json'))
    else await sql.updateTable('facts').set({ value: 'elsewhere' }).where('name', '=', 'instance_place').execute()
    await house.restart()
    provider.asked.length = 0
    await again(slug)
    expect(paths()).toEqual([])
  })
})
