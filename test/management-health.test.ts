/** Health: what is worth a look, why, and the patch that mends it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nowSeconds } from '#observe/clock.ts'
import { addClient } from './clients.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, type Office, officeOf, type Parsed } from './office.ts'
import { basic, form } from './requests.ts'

const day = 86_400

describe.each(ENGINES)('health on %s', (engine) => {
  let house: House
  let admin: Office

  beforeAll(async () => {
    house = await openHouse({ engine })
    admin = await adminOffice(house)
  })
  afterAll(() => house.close())

  const root = '/realms/default'
  const findings = async (client_id: string): Promise<Parsed[]> => {
    const { body } = await admin.get(`${root}/clients/${client_id}/health`)
    return body.items
  }
  const rules = async (client_id: string) => (await findings(client_id)).map((found) => found.rule)
  const find = async (client_id: string, rule: string) =>
    (await findings(client_id)).find((found) => found.rule === rule)
  const rowId = async (client_id: string): Promise<string> => {
    const { sql } = house.app.context.db
    const query = sql.selectFrom('clients').select('id').where('client_id', '=', client_id)
    return (await query.executeTakeFirstOrThrow()).id
  }
  /** A new machine client that got its last token at that time. */
  const usedAt = async (client_id: string, last_used_at: number) => {
    const { body } = await admin.post(`${root}/clients`, { client_id, grant_types: ['client_credentials'] })
    const { status } = await fetch(`${house.issuer()}/token`, {
      method: 'POST',
      headers: basic({ client_id, client_secret: body.client_secret }),
      body: form({ grant_type: 'client_credentials' }),
    })
    expect(status).toBe(200)
    await house.app.context.activity.flush()
    const used = house.app.context.db.sql.updateTable('client_activity').set({ last_used_at })
    await used.where('client_id', '=', await rowId(client_id)).execute()
  }

  test('a new client in good order gives no more than a word about its secret', async () => {
    await admin.post(`${root}/clients`, { client_id: 'sound', redirect_uris: ['https://sound.example/cb'] })
    expect(await findings('sound')).toEqual([
      {
        rule: 'endless_secret',
        severity: 'info',
        object_kind: 'client',
        object_id: 'sound',
        object_name: 'sound',
        reason: 'A secret of it never expires.',
        fix: null,
      },
    ])
  })

  test('every fix is a patch that is taken, and the finding goes', async () => {
    await admin.patch(root, { allow_password_grant: true })
    const cases = {
      no_pkce: { require_pkce: false, redirect_uris: ['https://a.example/cb'] },
      unused_redirect: { grant_types: ['client_credentials'], redirect_uris: ['https://a.example/cb'] },
      offline_without_refresh: { scope: 'openid offline_access', redirect_uris: ['https://a.example/cb'] },
      password_grant: { grant_types: ['client_credentials', 'password', 'refresh_token'] },
      long_token: { grant_types: ['client_credentials'], expires_in: 2 * day },
    }
    for (const [rule, fields] of Object.entries(cases)) {
      const made = await admin.post(`${root}/clients`, { client_id: rule, ...fields })
      expect(made.status, rule).toBe(201)
      const found = await find(rule, rule)
      expect(found, rule).toMatchObject({ reason: expect.stringMatching(/^[A-Z].*\.$/), fix: expect.anything() })
      expect((await admin.patch(`${root}/clients/${rule}`, found.fix)).status, rule).toBe(200)
      expect(await rules(rule), rule).not.toContain(rule)
    }
    await admin.post(`${root}/clients`, { client_id: 'only-passwords', grant_types: ['password'] })
    expect(await find('only-passwords', 'password_grant')).toMatchObject({ severity: 'warning', fix: null })
    await admin.patch(root, { allow_password_grant: false })
    expect(await rules('only-passwords')).toContain('password_grant_off')
  })

  test('redirect URIs: none, plain http elsewhere than at home, like a wildcard, asked for in vain', async () => {
    await admin.post(`${root}/clients`, { client_id: 'nowhere' })
    expect(await find('nowhere', 'no_redirect_uri')).toMatchObject({ severity: 'error' })
    const stored = { grant_types: ['authorization_code'] }
    await addClient(house, { ...stored, client_id: 'plain', redirect_uris: ['http://127.0.0.1.example/cb'] })
    await addClient(house, { ...stored, client_id: 'home', redirect_uris: ['http://127.0.0.1:80/cb', 'http://[::1]/'] })
    expect(await find('plain', 'http_redirect')).toMatchObject({ severity: 'error', fix: null })
    expect(await rules('home')).not.toContain('http_redirect')
    await addClient(house, { ...stored, client_id: 'starry', redirect_uris: ['https://a.example/*'] })
    expect(await rules('starry')).toContain('wildcard_redirect')
    const asked = {
      redirect_uri: 'https://b.example/',
      asked: 1,
      first_asked_at: 1,
      last_asked_at: 1,
      last_address: '',
    }
    const row = { ...asked, id: 'asked', client_id: await rowId('starry') }
    await house.app.context.db.sql.insertInto('asked_redirect_uris').values(row).execute()
    expect(await find('starry', 'asked_redirect_uris')).toMatchObject({ reason: expect.stringContaining(': 1.') })
  })

  test('secrets: expiring, then none that is valid', async () => {
    await admin.post(`${root}/clients`, { client_id: 'ageing', grant_types: ['client_credentials'] })
    const now = nowSeconds()
    await admin.post(`${root}/clients/ageing/secrets`, { expires_at: now + 10 * day })
    expect(await find('ageing', 'secret_expiring')).toMatchObject({ severity: 'warning' })
    await admin.post(`${root}/clients/ageing/secrets`, { expires_at: now + 60 * day, overlap_seconds: day })
    expect(await rules('ageing')).toEqual([])
    const secrets = await admin.get(`${root}/clients/ageing/secrets`)
    for (const { id } of secrets.body.items) await admin.delete(`${root}/clients/ageing/secrets/${id}`)
    expect(await find('ageing', 'no_secret')).toMatchObject({ severity: 'error' })
    const keyed = { client_id: 'keyed', token_endpoint_auth_method: 'none', redirect_uris: ['https://a.example/'] }
    await admin.post(`${root}/clients`, keyed)
    expect(await findings('keyed')).toEqual([])
  })

  test('use: never, not for 90 days, and until it was disabled', async () => {
    await admin.post(`${root}/clients`, { client_id: 'idle', grant_types: ['client_credentials'] })
    const { sql } = house.app.context.db
    const created_at = nowSeconds() - 31 * day
    await sql.updateTable('clients').set({ created_at }).where('client_id', '=', 'idle').execute()
    await admin.patch(`${root}/clients/idle`, {})
    expect(await find('idle', 'never_used')).toMatchObject({ severity: 'info', fix: { enabled: false } })
    await usedAt('asleep', nowSeconds() - 91 * day)
    expect(await find('asleep', 'unused')).toMatchObject({ severity: 'warning', fix: { enabled: false } })
    await usedAt('cut', nowSeconds() - day)
    expect(await rules('cut')).toEqual(['endless_secret'])
    await admin.patch(`${root}/clients/cut`, { enabled: false })
    expect(await rules('cut')).toEqual(['disabled_but_used'])
  })

  test('a realm: its own findings with those of all clients, filtered, sorted and paged', async () => {
    await admin.post('/realms', { name: 'acme', facades: ['spring', 'appmill'], allow_password_grant: true })
    await admin.post('/realms/acme/clients', { client_id: 'till', require_pkce: false })
    const { sql } = house.app.context.db
    const { id } = await sql
      .selectFrom('clients')
      .select('id')
      .where('client_id', '=', 'till')
      .executeTakeFirstOrThrow()
    const now = nowSeconds()
    const use = { client_id: id, kind: 'spring_get', uses: 1, first_used_at: now, last_used_at: now } as const
    await sql.insertInto('legacy_uses').values(use).execute()
    const key = sql.selectFrom('clients').select('id').where('client_id', '=', 'acme')
    await sql
      .updateTable('client_secrets')
      .set({ created_at: now - 400 * day })
      .where('client_id', '=', key)
      .execute()
    const { body } = await admin.get('/realms/acme/health?page_size=100')
    expect(body.items.map((found: Parsed) => found.rule)).toEqual([
      'no_redirect_uri',
      'password_grant_on',
      'facade_used',
      'old_key',
      'no_pkce',
      'legacy_use',
      'facade_unused',
      'endless_secret',
    ])
    expect(body.items[1]).toMatchObject({
      object_kind: 'realm',
      object_id: 'acme',
      fix: { allow_password_grant: false },
    })
    expect(body.items[6]).toMatchObject({ reason: expect.stringContaining('appmill'), fix: { facades: ['spring'] } })
    const warnings = await admin.get('/realms/acme/health?severity=warning&object_kind=client&page_size=1&page=2')
    expect(warnings.body).toMatchObject({ total: 2, items: [{ rule: 'legacy_use' }] })
    const sorted = await admin.get('/realms/acme/health?sort=-rule&search=TILL')
    expect(sorted.body.items[0]).toMatchObject({ rule: 'no_redirect_uri', object_id: 'till' })
    expect((await admin.get('/realms/acme/health?severity=fatal')).status).toBe(400)
    await admin.patch('/realms/acme', body.items[6].fix)
    expect((await admin.get('/realms/acme/health?rule=facade_unused')).body.total).toBe(0)
  })

  test('a key that takes over soon is announced', async () => {
    const { sql } = house.app.context.db
    const [realm] = await sql.selectFrom('realms').select('id').where('name', '=', 'default').execute()
    const rows = await sql.selectFrom('signing_keys').selectAll().where('realm_id', '=', String(realm?.id)).execute()
    const next = rows.map((row) => ({ ...row, id: `next-${row.alg}`, active_at: nowSeconds() + 3 * day }))
    await sql.insertInto('signing_keys').values(next).execute()
    const { body } = await admin.get(`${root}/health?rule=key_takeover`)
    expect(body).toMatchObject({ total: 1, items: [{ severity: 'info', fix: null }] })
  })

  test('N147 who may not read a realm sees no findings of it', async () => {
    await admin.post('/realms', { name: 'closed' })
    await admin.post('/realms/system/roles', { name: 'realm-viewer:closed' })
    const viewer = await officeOf(house, 'health-viewer', ['realm-viewer:closed'])
    expect((await viewer.get('/realms/closed/health')).status).toBe(200)
    expect((await viewer.get(`${root}/health`)).status).toBe(404)
    expect((await viewer.get(`${root}/clients/sound/health`)).status).toBe(404)
    expect((await admin.get('/realms/closed/clients/closed/health')).body.items).toEqual([])
  })
})
