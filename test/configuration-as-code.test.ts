import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, type Office, officeOf, type Parsed } from './office.ts'
import { basic, form } from './requests.ts'

/* A realm as YAML: what is exported makes the same realm elsewhere, and applying is all or nothing. */

const hostile = [
  '<script>alert(1)</script>',
  '=HYPERLINK("http://evil.example")',
  '\u202egnp.exe',
  'null',
  'yes',
  '{issuer}/outbound',
  '!!js/function "x"',
  '"quoted" \\ and # comment: &a *a',
  'emoji 🙂, zero\u200bwidth',
]

async function furnish(admin: Office, realm: string, url: string): Promise<void> {
  const made = async (path: string, body: object) => {
    const { status, body: told } = await admin.post(`/realms/${realm}${path}`, body)
    expect(status, JSON.stringify(told)).toBe(201)
  }
  await admin.patch(`/realms/${realm}`, {
    display_name: 'The "shop": #1',
    colour: '#1f4b4a',
    session_idle_seconds: 600,
  })
  await made('/apis', { identifier: 'https://orders.example/api', name: '- Orders' })
  await made('/scopes', {
    name: 'orders:read',
    api: 'https://orders.example/api',
    description: 'one\ntwo\r\n\tthree\u2028',
  })
  await made('/scopes', { name: 'extra', api: `${url}/realms/${realm}/outbound` })
  for (const [index, name] of hostile.entries()) await made('/roles', { name, description: hostile[index - 1] ?? '' })
  for (const [index, name] of hostile.entries()) {
    if (name.length <= 30) await made('/environments', { name, description: hostile[index - 1] ?? '' })
  }
  await made('/applications', { name: 'till' })
  for (const [index, client_name] of hostile.entries()) {
    await made('/clients', { client_id: `hostile-${index}`, client_name, description: client_name })
  }
  await made('/clients', {
    client_id: '#web: "1"',
    redirect_uris: ['https://b.example/cb', 'https://a.example/cb?x=1'],
    allowed_cors_origins: ['https://a.example'],
    token_endpoint_auth_method: 'none',
    scope: 'openid orders:read offline_access',
    expires_in: 120,
    environment: 'yes',
    application: 'till',
  })
  await made('/categories', { name: 'Finance', allowed_clients: ['hostile-0', '#web: "1"'] })
  await made('/clients', {
    client_id: 'machine',
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'private_key_jwt',
    resource_server_for: ['https://orders.example/api', `${url}/realms/${realm}/outbound`],
    jwks: {
      keys: [{ kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', extra: { b: [1] } }],
    },
  })
}

async function furnishDoorOut(admin: Office, realm: string): Promise<void> {
  const server = {
    name: 'Acme: "CRM"',
    slug: 'acme',
    category: 'Finance',
    grant_type: 'client_credentials',
    client_id: 'our id',
    client_secret: 'what Acme gave us',
    token_endpoint: 'http://127.0.0.1:9/token',
    scope: 'contacts.read',
    assertion_claims: { z: [1, { deep: null }], a: 'yes' },
    post_parameters: [{ name: 'audience', value: '=1+1' }],
    allowed_clients: ['machine'],
    overrides: [
      { environment: 'yes', scope: 'other', query_parameters: [{ name: 'a', value: '1', leg: 'token' }] },
      { application: 'till', client_id: 'till at acme' },
    ],
  }
  const { status, body } = await admin.post(`/realms/${realm}/oauth-servers`, server)
  expect(status, JSON.stringify(body)).toBe(201)
  const connectors = [
    {
      name: '- Orders: "new"',
      description: 'one\ntwo',
      oauth_server: 'acme',
      connection: 'user',
      method: 'POST',
      path: '/orders/{order}',
      query: [{ name: 'page', value: '{page}' }],
      headers: [{ name: 'X-Trace', value: '=1+1' }],
      body: { kind: 'json', content: '{"a": "{a}"}', omit_empty: true },
      timeout_ms: 5000,
      outputs: [{ name: 'id', from: 'body', language: 'jsonpath', expression: '$.id' }],
    },
    { name: 'plain', oauth_server: 'acme' },
  ]
  for (const connector of connectors) {
    const made = await admin.post(`/realms/${realm}/connectors`, connector)
    expect(made.status, JSON.stringify(made.body)).toBe(201)
  }
}

describe.each(ENGINES)('configuration as code on %s', (engine) => {
  let house: House
  let admin: Office
  const path = (realm: string, verb = '') => `/realms/${realm}/configuration${verb}`
  const exported = async (realm: string): Promise<string> => (await admin.get(path(realm))).body.yaml
  const plan = async (realm: string, body: object) => await admin.post(path(realm, '/plan'), body)
  const apply = async (realm: string, body: object) => await admin.post(path(realm, '/apply'), body)

  beforeAll(async () => {
    house = await openHouse({ engine })
    admin = await adminOffice(house)
    for (const name of ['shop', 'copy', 'small']) await admin.post('/realms', { name })
    await furnish(admin, 'shop', house.url)
    await furnishDoorOut(admin, 'shop')
  })
  afterAll(() => house.close())

  test('what was exported changes nothing where it came from, and leaves no trace', async () => {
    const yaml = await exported('shop')
    const entries = await admin.get('/realms/shop/audit?page_size=1')
    expect((await plan('shop', { yaml, prune: true })).body).toMatchObject({ changes: [], kept: [] })
    expect(await apply('shop', { yaml, prune: true })).toMatchObject({
      status: 200,
      body: { changes: [], secrets: [] },
    })
    expect((await admin.get('/realms/shop/audit?page_size=1')).body.total).toBe(entries.body.total)
    expect(yaml).not.toMatch(/client_secret|\u202e|\u2028|\u200b/)
  })

  test('another realm becomes the same, to the byte', async () => {
    const yaml = await exported('shop')
    expect(await apply('copy', { yaml })).toMatchObject({
      status: 400,
      body: { field: 'oauth_servers.0.client_secret' },
    })
    const referring = yaml.replace(/^( +)slug: acme$|^( +- )slug: acme$/m, '$&\n    client_secret: { env: ACME }')
    const secrets = { 'env:ACME': 'what Acme gave us' }
    const applied = await apply('copy', { yaml: referring, secrets })
    expect(applied.status, JSON.stringify(applied.body)).toBe(200)
    expect((await plan('copy', { yaml: referring, secrets })).body.changes).toEqual([])
    const tried = await admin.get('/realms/copy/oauth-servers/acme')
    expect(tried.body).toMatchObject({ status: 'error', last_error: { at: expect.any(Number) } })
    expect(await exported('copy')).toBe(yaml)
    expect(applied.body.secrets).toHaveLength(hostile.length)
    // The KEY of the realm made a client as well, before.
    const entries = (await admin.get('/realms/copy/audit?page_size=1000')).body.items
    expect(entries.filter((entry: Parsed) => entry.action === 'client.create')).toHaveLength(hostile.length + 3)
    expect(entries.map((entry: Parsed) => entry.action)).toContain('configuration.apply')
    expect(JSON.stringify(entries)).not.toContain(applied.body.secrets[0].client_secret)
  })

  test('a plan reads like a difference, changes nothing, and is bound to what it was made of', async () => {
    const yaml = 'clients:\n  - client_id: one\n  - client_id: two\n    expires_in: 300\n'
    expect((await apply('small', { yaml })).status).toBe(200)
    await admin.patch('/realms/small/clients/one', { expires_in: 900 })
    const next = 'clients:\n  - client_id: one\n    client_name: First\n  - client_id: three\n'
    const planned = await plan('small', { yaml: next, prune: true })
    expect(planned.body.changes).toMatchObject([
      {
        action: 'update',
        kind: 'client',
        name: 'one',
        fields: [
          { field: 'client_name', before: 'one', after: 'First' },
          { field: 'expires_in', before: 900, after: null },
        ],
      },
      { action: 'create', name: 'three' },
      { action: 'delete', name: 'two' },
    ])
    expect((await admin.get('/realms/small/clients/three')).status).toBe(404)
    const kept = await plan('small', { yaml: next })
    expect(kept.body).toMatchObject({ kept: [{ kind: 'client', name: 'two' }], changes: { length: 2 } })
    const { fingerprint } = planned.body
    expect(await apply('small', { yaml: `${next} `, prune: true, fingerprint })).toMatchObject({ status: 409 })
    await admin.patch('/realms/small/clients/two', { description: 'changed meanwhile' })
    expect(await apply('small', { yaml: next, prune: true, fingerprint })).toMatchObject({ status: 409 })
    const again = await plan('small', { yaml: next, prune: true })
    const applied = await apply('small', { yaml: next, prune: true, fingerprint: again.body.fingerprint })
    expect(applied.body).toMatchObject({ changes: again.body.changes, secrets: [{ client_id: 'three' }] })
    expect((await admin.get('/realms/small/clients/two')).status).toBe(404)
  })

  test('N150 all or nothing: what is refused at the end undoes what was done before', async () => {
    const before = await exported('copy')
    for (const [yaml, field] of [
      [
        'roles: [{name: fresh}]\nclients: [{client_id: fresh}, {client_id: bad, scope: no-such-scope}]',
        'clients.1.scope',
      ],
      ['roles: [{name: fresh}]\nclients: [{client_id: copy}]', 'clients.0.client_id'],
      ['realm: {facades: [spring]}\nscopes: [{name: fresh, api: "https://nobody.example"}]', 'scopes.0.api'],
      ['realm: {refresh_idle_seconds: 31536000, refresh_absolute_seconds: 60}', 'realm.refresh_idle_seconds'],
    ] as const) {
      expect(await plan('copy', { yaml }), yaml).toMatchObject({ status: 400, body: { field } })
      expect(await apply('copy', { yaml }), yaml).toMatchObject({ status: 400, body: { field } })
    }
    const takesAway = 'apis: []\nscopes: [{name: "orders:read", api: "https://orders.example/api"}]'
    expect(await apply('copy', { yaml: takesAway, prune: true })).toMatchObject({ status: 400 })
    expect(await exported('copy')).toBe(before)
  })

  test('a secret comes by reference, is kept where it is right already, and is never told', async () => {
    const yaml =
      'clients:\n  - client_id: machine\n    grant_types: [client_credentials]\n    client_secret: {env: SECRET}\n'
    const secrets = { 'env:SECRET': 'correct horse battery' }
    expect(await apply('small', { yaml })).toMatchObject({ status: 400, body: { field: 'clients.0.client_secret' } })
    const short = await apply('small', { yaml, secrets: { 'env:SECRET': 'short' } })
    expect(short).toMatchObject({ status: 400, body: { field: 'clients.0.client_secret' } })
    const applied = await apply('small', { yaml, secrets })
    expect(applied.body).toMatchObject({ secrets: [], changes: [{ action: 'create' }] })
    expect(JSON.stringify(applied.body)).not.toContain('horse')
    expect((await apply('small', { yaml, secrets })).body).toMatchObject({ changes: [] })
    const token = async (client_secret: string) =>
      await fetch(`${house.issuer('small')}/token`, {
        method: 'POST',
        headers: basic({ client_id: 'machine', client_secret }),
        body: form({ grant_type: 'client_credentials' }),
      })
    expect((await token(secrets['env:SECRET'])).status).toBe(200)
    const other = { 'env:SECRET': 'another horse battery' }
    expect((await plan('small', { yaml, secrets: other })).body.changes).toMatchObject([
      { action: 'update', fields: [{ field: 'client_secret', after: '(env:SECRET)' }] },
    ])
    expect((await token(secrets['env:SECRET'])).status).toBe(200)
    await apply('small', { yaml, secrets: other })
    expect((await token(secrets['env:SECRET'])).status).toBe(401)
    expect((await token(other['env:SECRET'])).status).toBe(200)
  })

  test('N181 a secret follows no changed address, unless it is sent beside it', async () => {
    const yaml = (await exported('shop')).replace('http://127.0.0.1:9/token', 'http://127.0.0.1:10/token')
    const moved = yaml.slice(yaml.indexOf('oauth_servers:'))
    expect(await apply('shop', { yaml: moved })).toMatchObject({
      status: 400,
      body: { field: expect.stringMatching(/^oauth_servers\.0\..*client_secret$/) },
    })
    const referring = moved.replace('slug: acme', 'slug: acme\n    client_secret: { env: ACME }')
    const applied = await apply('shop', { yaml: referring, secrets: { 'env:ACME': 'what Acme gave us' } })
    expect(applied.body).toMatchObject({ changes: [{ kind: 'oauth-server', name: 'acme', fields: { length: 1 } }] })
    const server = await admin.get('/realms/shop/oauth-servers/acme')
    expect(server.body.overrides).toHaveLength(2)
    expect((await plan('shop', { yaml: moved })).body.changes).toEqual([])
    expect(JSON.stringify(applied.body) + moved).not.toContain('Acme gave us')
  })

  test('N144 N185 an administrator of one realm applies to that realm, and reaches nothing else by a document', async () => {
    await admin.post('/realms/system/roles', { name: 'realm-admin:small' })
    const own = await officeOf(house, `climber-${engine}`, ['realm-admin:small'])
    const refused = async (yaml: string) => (await own.post(path('small', '/apply'), { yaml })).status
    expect(await refused('roles: [{name: mine}]')).toBe(200)
    expect(await refused('clients: [{client_id: up, grant_types: [client_credentials], scope: sallyport_api}]')).toBe(
      400,
    )
    expect(await refused('clients: [{client_id: up, roles: [admin]}]')).toBe(400)
    expect(await refused('clients: [{client_id: up, resource_server_for: ["{public_url}/api/v1"]}]')).toBe(400)
    expect(await refused('apis: [{identifier: "{public_url}/api/v1"}]')).toBe(400)
    expect((await own.post(path('system', '/apply'), { yaml: 'roles: [{name: mine}]' })).status).toBe(404)
    expect((await own.get(path('copy'))).status).toBe(404)
  })

  test('built-in things of system are neither exported nor touched; a document gives no role by itself', async () => {
    expect(await exported('system')).not.toMatch(/sallyport-(cli|console|swagger|bootstrap)|name: admin/)
    const yaml = 'clients: [{client_id: sallyport-bootstrap, enabled: false}]'
    expect(await apply('system', { yaml })).toMatchObject({ status: 400, body: { field: 'clients.0.client_id' } })
    const powerless = 'clients: [{client_id: idle, grant_types: [client_credentials], scope: sallyport_api, roles: []}]'
    expect(await apply('system', { yaml: powerless })).toMatchObject({ status: 200 })
    expect((await admin.get('/realms/system/clients/idle')).body.roles).toEqual([])
    expect((await plan('system', { yaml: powerless })).body.changes).toEqual([])
  })
})
