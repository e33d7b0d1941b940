/** The door out in a configuration: what hangs on what comes, changes and goes in the right order. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, type Office, type Parsed } from './office.ts'

describe.each(ENGINES)('the door out as code on %s', (engine) => {
  let house: House
  let admin: Office
  const apply = async (realm: string, body: object) => await admin.post(`/realms/${realm}/configuration/apply`, body)

  beforeAll(async () => {
    const vault = { name: 'vault', kind: 'vault', address: 'http://127.0.0.1:9', mount: 'kv', token_file: '/nowhere' }
    const stores = JSON.stringify([{ ...vault, realms: ['one', 'two'] }])
    house = await openHouse({ engine, env: { SALLYPORT_SECRET_STORES: stores } })
    admin = await adminOffice(house)
    await admin.post('/realms', { name: 'small' })
  })
  afterAll(() => house.close())

  const acme = {
    slug: 'acme',
    name: 'Acme',
    profile: 'generic_oauth2',
    grant_type: 'client_credentials',
    client_id: 'ours',
    token_endpoint: 'http://127.0.0.1:9/token',
    client_secret: 'of the server',
    post_parameters: [{ name: 'apikey', value: 'of the parameter', secret: true }],
    probe: 'url',
    probe_url: 'http://127.0.0.1:9/health',
    probe_every_seconds: 600,
    overrides: [
      { environment: 'test', client_secret: 'of the test', scope: 'a' },
      {
        application: 'till',
        client_secret: { store: 'vault', path: 'till', key: 'secret' },
        query_parameters: [{ name: 'k', leg: 'token', value: 'of the till', secret: true }],
      },
    ],
  }
  const references = (yaml: string) =>
    yaml
      .replace('slug: acme', 'slug: acme\n    client_secret: { env: A }')
      .replace(/name: apikey\n( +)value: null/, 'name: apikey\n$1value: { env: B }')
      .replace('environment: test', 'environment: test\n        client_secret: { env: C }')
      .replace(/name: k\n( +)value: null/, 'name: k\n$1value: { env: D }')
  const secrets = {
    'env:A': 'of the server',
    'env:B': 'of the parameter',
    'env:C': 'of the test',
    'env:D': 'of the till',
  }

  test('the secrets of overrides and of parameters come by reference, are kept where they are right, and never told', async () => {
    for (const realm of ['one', 'two']) {
      await admin.post('/realms', { name: realm })
      for (const [nouns, name] of [['environments', 'test'] as const, ['applications', 'till'] as const]) {
        await admin.post(`/realms/${realm}/${nouns}`, { name })
      }
    }
    const made = await admin.post('/realms/one/oauth-servers', acme)
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    const { yaml } = (await admin.get('/realms/one/configuration')).body
    expect(yaml).toContain('store: vault')
    expect(yaml).toContain('probe_url: http://127.0.0.1:9/health')
    expect(yaml).not.toMatch(/of the (server|parameter|test|till)/)
    expect((await apply('one', { yaml, prune: true })).body.changes).toEqual([])
    const whole = references(yaml)
    expect((await apply('one', { yaml: whole, secrets })).body).toMatchObject({ changes: [] })
    const lacking = await apply('two', { yaml: whole, secrets: { ...secrets, 'env:C': undefined } })
    expect(lacking).toMatchObject({ status: 400, body: { field: 'oauth_servers.0.overrides.0.client_secret' } })
    const applied = await apply('two', { yaml: whole, secrets })
    expect(applied.status, JSON.stringify(applied.body)).toBe(200)
    expect((await admin.get('/realms/two/configuration')).body.yaml).toBe(yaml)
    expect((await apply('two', { yaml: whole, secrets })).body).toMatchObject({ changes: [] })
    const changed = await apply('two', {
      yaml: whole,
      secrets: { ...secrets, 'env:C': 'another', 'env:D': 'one more' },
    })
    expect(changed.body.changes).toMatchObject([
      {
        action: 'update',
        fields: [
          { field: 'overrides[environment test].client_secret', after: '(env:C)' },
          { field: 'overrides[application till].query_parameters[k, token].value', after: '(env:D)' },
        ],
      },
    ])
    const without = whole.replace(/^ +client_secret:\n( +)store: vault\n(?:\1.*\n)+/m, '')
    const gone = await apply('two', { yaml: without, secrets })
    expect(gone.status, JSON.stringify(gone.body)).toBe(200)
    expect((await admin.get('/realms/two/oauth-servers/acme')).body.secrets.length).toBe(4)
  })

  test('N150 a secret in plain text is refused, wherever it stands', async () => {
    const base =
      'oauth_servers: [{slug: x, name: X, profile: generic_oauth2, grant_type: client_credentials, client_id: a, token_endpoint: "https://x.example/t"'
    for (const [more, field] of [
      ['client_secret: plain', 'client_secret'],
      ['overrides: [{environment: test, client_secret: plain}]', 'overrides.0.client_secret'],
      ['post_parameters: [{name: a, value: plain, secret: true}]', 'post_parameters.0.value'],
      ['post_parameters: [{name: a, value: {env: A}}]', 'post_parameters.0.value'],
      [
        'overrides: [{environment: test, query_parameters: [{name: a, value: plain, secret: true}]}]',
        'overrides.0.query_parameters.0.value',
      ],
    ] as const) {
      const told = await apply('small', { yaml: `${base}, ${more}}]`, secrets: { 'env:A': 'x' } })
      expect(told, more).toMatchObject({ status: 400, body: { field: `oauth_servers.0.${field}` } })
      expect(JSON.stringify(told.body)).not.toContain('plain')
    }
  })

  test('connectors come, change and go with their OAuth server', async () => {
    const server = 'oauth_servers:\n  - slug: crm\n    name: Crm\n    profile: generic_oauth2\n'
    const fields =
      '    grant_type: authorization_code\n    client_id: ours\n    token_endpoint: https://crm.example/token\n'
    const more = '    authorization_endpoint: https://crm.example/authorize\n    authentication_method: none\n'
    const connectors = 'connectors:\n  - name: contacts\n    oauth_server: crm\n    path: /contacts\n'
    const yaml = server + fields + more + connectors
    const applied = await apply('small', { yaml })
    expect(applied.body.changes, JSON.stringify(applied.body)).toMatchObject([
      { action: 'create', kind: 'oauth-server', name: 'crm' },
      { action: 'create', kind: 'connector', name: 'contacts' },
    ])
    const changed = await apply('small', { yaml: yaml.replace('/contacts', '/people') })
    expect(changed.body.changes).toMatchObject([
      { action: 'update', kind: 'connector', fields: [{ field: 'path', before: '/contacts', after: '/people' }] },
    ])
    const nowhere = await apply('small', { yaml: `${connectors}  - name: lost\n    oauth_server: nowhere\n` })
    expect(nowhere).toMatchObject({ status: 400, body: { field: 'connectors.1.oauth_server' } })
    const wrong = await apply('small', { yaml: `${connectors}    body: { kind: text, content: x }\n` })
    expect(wrong).toMatchObject({ status: 400, body: { field: 'connectors.0.body' } })
    const gone = await apply('small', { yaml: 'oauth_servers: []\nconnectors: []\n', prune: true })
    expect(gone.body.changes).toMatchObject([{ action: 'delete' }, { action: 'delete' }])
    const kinds = (await admin.get('/realms/small/deleted')).body.items.map(({ kind }: Parsed) => kind)
    expect(kinds).toEqual(expect.arrayContaining(['connector', 'oauth_server']))
  })
})
