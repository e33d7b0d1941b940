import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, type Office } from './office.ts'
import { openScriptedServer, type ScriptedServer } from './scripted-server.ts'

/** Words that may stand nowhere but in the seal. */
const canary = 'canary-7f3a9b'

describe.each(ENGINES)('the secrets of OAuth servers on %s', (engine) => {
  let house: House
  let admin: Office
  let foreign: ScriptedServer
  let elsewhere: ScriptedServer
  let vault: ScriptedServer
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-secrets-'))
  const root = join(directory, 'mounted')
  const realm = '/realms/default'
  const path = `${realm}/oauth-servers`

  beforeAll(async () => {
    ;[foreign, elsewhere, vault] = await Promise.all([openScriptedServer(), openScriptedServer(), openScriptedServer()])
    mkdirSync(join(root, 'crm'), { recursive: true })
    writeFileSync(join(root, 'crm', 'secret'), `${canary}-file\n`)
    writeFileSync(join(root, 'crm', 'both.json'), JSON.stringify({ client_secret: `${canary}-json` }))
    writeFileSync(join(directory, 'outside'), `${canary}-outside`)
    symlinkSync(join(directory, 'outside'), join(root, 'crm', 'link'))
    writeFileSync(join(directory, 'vault-token'), 'the-token-of-the-vault\n')
    const stores = [
      { name: 'files', kind: 'file', root, realms: ['default'] },
      { name: 'vars', kind: 'environment', prefix: 'TEST_OUTBOUND_', realms: ['default', 'other'] },
      {
        name: 'vault',
        kind: 'vault',
        address: vault.url,
        mount: 'kv',
        prefix: 'sallyport',
        token_file: join(directory, 'vault-token'),
        realms: ['default'],
      },
    ]
    process.env['TEST_OUTBOUND_CRM'] = `${canary}-variable`
    house = await openHouse({
      engine,
      env: { SALLYPORT_EGRESS_ALLOW: '127.0.0.0/8', SALLYPORT_SECRET_STORES: JSON.stringify(stores) },
    })
    admin = await adminOffice(house)
    await admin.post('/realms', { name: 'other' })
    await admin.post(`${realm}/environments`, { name: 'staging' })
    foreign.stand('/token', { json: { access_token: `${canary}-token`, expires_in: 3600 } })
    elsewhere.stand('/token', { json: { access_token: `${canary}-token`, expires_in: 3600 } })
  })
  afterAll(async () => {
    await house.close()
    await Promise.all([foreign.close(), elsewhere.close(), vault.close()])
    rmSync(directory, { recursive: true, force: true })
  })

  const fields = (name: string) => ({
    name,
    grant_type: 'client_credentials',
    client_id: 'ours',
    client_secret: `${canary}-secret`,
    token_endpoint: `${foreign.url}/token`,
  })

  test('N181 a new address needs the secret in the same request; nothing is saved and nothing is sent', async () => {
    await admin.post(path, fields('Moved'))
    const before = (await admin.get(`${path}/moved`)).body
    const refused = async (patch: object, field = 'client_secret') => {
      const told = await admin.patch(`${path}/moved`, patch)
      expect(told, JSON.stringify(patch)).toMatchObject({ status: 400, body: { field } })
    }
    await refused({ token_endpoint: `${elsewhere.url}/token` })
    await refused({ refresh_endpoint: `${elsewhere.url}/refresh` })
    await refused({ revocation_endpoint: `${elsewhere.url}/revoke`, scope: 'x' })
    await refused({ introspection_endpoint: `${elsewhere.url}/introspect` })
    await refused({ token_endpoint: foreign.url.replace('http:', 'https:') })
    await refused({ overrides: [{ environment: 'staging', token_endpoint: `${elsewhere.url}/token` }] })
    await refused({ profile: 'github' })
    const dry = await admin.post(`${path}/moved/try`, { token_endpoint: `${elsewhere.url}/token` })
    expect(dry).toMatchObject({ status: 400, body: { field: 'client_secret' } })
    expect((await admin.get(`${path}/moved`)).body).toEqual(before)
    expect(elsewhere.asked).toEqual([])
    const sameOrigin = await admin.patch(`${path}/moved`, { revocation_endpoint: `${foreign.url}/revoke` })
    expect(sameOrigin.status).toBe(200)
    const typed = { token_endpoint: `${elsewhere.url}/token`, revocation_endpoint: null, client_secret: 'another one' }
    const moved = await admin.patch(`${path}/moved`, typed)
    expect(moved).toMatchObject({ status: 200, body: { secrets: [{ origins: [elsewhere.url] }] } })
    expect(elsewhere.last().parameters['client_secret']).toBe('another one')
    elsewhere.reset()
    elsewhere.stand('/token', { json: { access_token: `${canary}-token`, expires_in: 3600 } })
  })

  test('N181 a layer with an address of its own needs a secret of its own, and a secret row goes as little', async () => {
    const overrides = [{ environment: 'staging', token_endpoint: `${elsewhere.url}/token`, client_secret: 'staging’s' }]
    const made = await admin.post(path, { ...fields('With a layer'), overrides })
    expect(made.status).toBe(201)
    const removed = await admin.patch(`${path}/with-a-layer`, { overrides: [{ ...overrides[0], client_secret: null }] })
    expect(removed).toMatchObject({ status: 400, body: { field: 'client_secret' } })
    const rows = await admin.post(path, {
      ...fields('With a row'),
      authentication_method: 'none',
      client_secret: undefined,
      query_parameters: [{ name: 'api_key', value: `${canary}-row`, secret: true, leg: 'token' }],
    })
    expect(rows.body.query_parameters).toEqual([{ name: 'api_key', value: null, leg: 'token', secret: true }])
    expect(foreign.last().query['api_key']).toBe(`${canary}-row`)
    expect(await admin.patch(`${path}/with-a-row`, { token_endpoint: `${elsewhere.url}/token` })).toMatchObject({
      status: 400,
      body: { field: 'query_parameters.0.value' },
    })
    const kept = await admin.patch(`${path}/with-a-row`, { query_parameters: rows.body.query_parameters })
    expect(kept.status).toBe(200)
    expect(foreign.last().query['api_key']).toBe(`${canary}-row`)
  })

  test('N170 a sealed secret that was moved to another row does not open', async () => {
    for (const name of ['Left', 'Right'])
      await admin.post(path, { ...fields(name), client_secret: `${canary}-${name}` })
    const { sql } = house.app.context.db
    const ids = await sql
      .selectFrom('oauth_servers')
      .select(['id', 'slug'])
      .where('slug', 'in', ['left', 'right'])
      .execute()
    const idOf = (slug: string) => ids.find((row) => row.slug === slug)?.id ?? ''
    const left = await sql
      .selectFrom('oauth_server_secrets')
      .selectAll()
      .where('owner_id', '=', idOf('left'))
      .executeTakeFirstOrThrow()
    expect(JSON.stringify(left)).not.toContain(canary)
    await sql
      .updateTable('oauth_server_secrets')
      .set({ value_sealed: left.value_sealed })
      .where('owner_id', '=', idOf('right'))
      .execute()
    await house.restart()
    const before = foreign.asked.length
    expect((await admin.post(`${path}/right/try`, {})).body).toMatchObject({ works: false, code: 'secret_unreadable' })
    expect(foreign.asked.length).toBe(before)
    expect((await admin.post(`${path}/right/duplicate`, { name: 'Right again' })).status).toBe(409)
    expect((await admin.patch(`${path}/right`, { client_secret: 'typed again' })).body.status).toBe('ok')
  })

  test('a secret in a store is read when it is wanted, and again when it changed', async () => {
    const reference = { store: 'files', path: 'crm/secret' }
    const made = await admin.post(path, { ...fields('From a file'), client_secret: reference })
    expect(made.body.secrets).toMatchObject([
      { kind: 'external', reference: { ...reference, key: null, version: null } },
    ])
    expect(foreign.last().parameters['client_secret']).toBe(`${canary}-file`)
    writeFileSync(join(root, 'crm', 'secret'), 'a newer one\n')
    await admin.post(`${path}/from-a-file/test`)
    expect(foreign.last().parameters['client_secret']).toBe('a newer one')
    rmSync(join(root, 'crm', 'secret'))
    const gone = await admin.post(`${path}/from-a-file/test`)
    expect(gone.body).toMatchObject({ works: false, code: 'secret_not_found' })
    writeFileSync(join(root, 'crm', 'secret'), `${canary}-file\n`)
  })

  test('look it up now says found or why not, never the value', async () => {
    const look = async (reference: object) => (await admin.post(`${realm}/secret-stores/look-up`, reference)).body
    expect(await look({ store: 'files', path: 'crm/secret' })).toEqual({ found: true, reason: null })
    expect(await look({ store: 'files', path: 'crm/both.json', key: 'client_secret' })).toMatchObject({ found: true })
    expect(await look({ store: 'files', path: 'crm/both.json', key: 'toString' })).toMatchObject({ found: false })
    expect(await look({ store: 'files', path: 'crm/link' })).toMatchObject({ found: false })
    expect(await look({ store: 'files', path: 'crm/none' })).toMatchObject({ found: false, reason: /no such file/ })
    expect(await look({ store: 'vars', path: 'TEST_OUTBOUND_CRM' })).toEqual({ found: true, reason: null })
    expect(await look({ store: 'vars', path: 'TEST_OUTBOUND_NONE' })).toMatchObject({ found: false })
    const stores = await admin.get(`${realm}/secret-stores`)
    expect(stores.body.items.map(({ name }: { name: string }) => name)).toEqual(['files', 'vars', 'vault'])
    expect((await admin.get('/realms/other/secret-stores')).body.items).toEqual([{ name: 'vars', kind: 'environment' }])
  })

  test('a secret in a vault is asked for by its path, with our token, and kept a few minutes', async () => {
    vault.stand('/v1/kv/data/sallyport/crm', { json: { data: { data: { secret: `${canary}-vault` } } } })
    const client_secret = { store: 'vault', path: 'crm', key: 'secret', version: '3' }
    await admin.post(path, { ...fields('From the vault'), client_secret })
    expect(foreign.last().parameters['client_secret']).toBe(`${canary}-vault`)
    expect(vault.last()).toMatchObject({
      query: { version: '3' },
      headers: { 'x-vault-token': 'the-token-of-the-vault' },
    })
    vault.next({ status: 404, json: { errors: [] } }, { status: 403, json: { errors: ['no'] } }, { status: 503 })
    const look = async () => (await admin.post(`${realm}/secret-stores/look-up`, client_secret)).body
    expect(await look()).toMatchObject({ found: false, reason: /no such secret/ })
    expect(await look()).toMatchObject({ found: false, reason: /403/ })
    expect(await look()).toMatchObject({ found: false, reason: /503/ })
  })

  test.each([
    ['files', '../outside', 'path'],
    ['files', 'crm/../../outside', 'path'],
    ['files', '/etc/passwd', 'path'],
    ['files', 'crm//secret', 'path'],
    ['files', 'crm/./secret', 'path'],
    ['files', 'crm\\secret', 'path'],
    ['vars', 'SALLYPORT_MASTER_KEY', 'path'],
    ['vars', 'PATH', 'path'],
    ['vars', 'TEST_OUTBOUND_', 'path'],
    ['vault', '../other/secret', 'path'],
    ['vault', 'crm%2f..', 'path'],
    ['nowhere', 'crm/secret', 'store'],
  ])('N182 store %s, %s is refused and nothing is read', async (store, place, field) => {
    const asked = vault.asked.length
    const reference = { store, path: place, key: store === 'vault' ? 'secret' : null }
    const saved = await admin.post(path, { ...fields('Outside'), client_secret: reference })
    expect(saved).toMatchObject({ status: 400, body: { field: `client_secret.${field}` } })
    expect(await admin.post(`${realm}/secret-stores/look-up`, reference)).toMatchObject({
      status: 400,
      body: { field },
    })
    expect(vault.asked.length).toBe(asked)
  })

  test('N182 a store of another realm is none', async () => {
    const told = await admin.post('/realms/other/secret-stores/look-up', { store: 'files', path: 'crm/secret' })
    expect(told).toMatchObject({ status: 400, body: { field: 'store' } })
  })

  test('keys are judged when they are typed, and are shown as little as any secret', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const private_key = privateKey.export({ type: 'pkcs8', format: 'pem' })
    const jwt = { ...fields('By key'), client_secret: undefined, authentication_method: 'private_key_jwt' }
    expect(await admin.post(path, jwt)).toMatchObject({ status: 400, body: { field: 'private_key' } })
    expect(await admin.post(path, { ...jwt, private_key })).toMatchObject({
      status: 400,
      body: { field: 'private_key' },
    })
    const made = await admin.post(path, { ...jwt, private_key, assertion_alg: 'ES256' })
    expect(made).toMatchObject({
      status: 201,
      body: { status: 'ok', secrets: [{ field: 'private_key', origins: [] }] },
    })
    expect(JSON.stringify(made.body)).not.toContain('PRIVATE KEY')
    expect(foreign.last().parameters['client_assertion']?.split('.')).toHaveLength(3)
    const moved = await admin.patch(`${path}/by-key`, { token_endpoint: `${elsewhere.url}/token` })
    expect(moved.status).toBe(200)
  })

  test('N145 no answer, list, file, audit or log has a secret in it', async () => {
    const told = await Promise.all([
      admin.get(`${path}?page_size=100`),
      admin.get(`${realm}/audit?page_size=1000`),
      admin.get(`${path}/from-a-file/effective`),
      admin.get(`${path}/with-a-row/uses`),
      admin.get(`${path}?format=json`),
    ])
    expect(told.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect(JSON.stringify(told.map(({ body }) => body))).not.toContain(canary)
    expect(house.logged.join('\n')).not.toContain(canary)
  })
})
