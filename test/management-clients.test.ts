import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type House, openHouse } from './house.ts'
import { adminOffice, jsonOf, type Office } from './office.ts'
import { basic, form } from './requests.ts'

describe('clients through the management API', () => {
  let house: House
  let admin: Office
  const clients = '/realms/default/clients'
  let count = 0

  beforeAll(async () => {
    house = await openHouse()
    admin = await adminOffice(house)
  })
  afterAll(() => house.close())

  const fresh = () => `client-${++count}`
  const create = (fields: object, realm = 'default') =>
    admin.post(`/realms/${realm}/clients`, { client_id: fresh(), ...fields })
  const refused = (field: string, status = 400) => ({ status, body: expect.objectContaining({ field, status }) })
  const machineToken = (client_id: string, client_secret: string) =>
    fetch(`${house.issuer()}/token`, {
      method: 'POST',
      headers: basic({ client_id, client_secret }),
      body: form({ grant_type: 'client_credentials' }),
    })

  test('a client that names nothing gets the defaults, and its generated secret once', async () => {
    const made = await create({})
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({
      client_name: made.body.client_id,
      enabled: true,
      require_client_secret: true,
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code'],
      scope: 'openid profile email',
      offline_access: false,
      expires_in: null,
      require_pkce: true,
      access_token_format: 'jwt',
      built_in: false,
      registered_by: 'administrator',
    })
    expect(made.body.client_secret).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(made.body).not.toHaveProperty('roles')
    const read = await admin.get(`${clients}/${made.body.client_id}`)
    expect(read.body).not.toHaveProperty('client_secret')
    expect(read.headers.get('etag')).toBe(made.headers.get('etag'))
  })

  test('require_client_secret and the method set each other; a contradiction is 400', async () => {
    expect((await create({ require_client_secret: false })).body).toMatchObject({ token_endpoint_auth_method: 'none' })
    const none = await create({ token_endpoint_auth_method: 'none' })
    expect(none.body).toMatchObject({ require_client_secret: false })
    expect(none.body).not.toHaveProperty('client_secret')
    for (const [token_endpoint_auth_method, require_client_secret] of [
      ['none', true],
      ['private_key_jwt', true],
      ['client_secret_basic', false],
      ['client_secret_jwt', false],
    ] as const) {
      const told = await create({ token_endpoint_auth_method, require_client_secret })
      expect(told).toMatchObject(refused('require_client_secret'))
    }
    const path = `${clients}/${none.body.client_id}`
    const secured = await admin.patch(path, { require_client_secret: true })
    expect(secured.body).toMatchObject({ token_endpoint_auth_method: 'client_secret_basic' })
    expect(secured.body.client_secret).toMatch(/^[\w-]{43}$/)
    expect((await admin.get(`${path}/secrets`)).body.total).toBe(1)
    expect((await admin.patch(path, { require_client_secret: false })).body).not.toHaveProperty('client_secret')
    expect((await admin.get(`${path}/secrets`)).body.total).toBe(0)
  })

  test('offline_access and scope set each other; a contradiction is 400', async () => {
    const made = await create({ offline_access: true, grant_types: ['authorization_code', 'refresh_token'] })
    expect(made.body).toMatchObject({ scope: 'openid profile email offline_access', offline_access: true })
    const path = `${clients}/${made.body.client_id}`
    expect((await admin.patch(path, { offline_access: false })).body.scope).toBe('openid profile email')
    expect((await admin.patch(path, { scope: 'openid offline_access' })).body.offline_access).toBe(true)
    expect(await admin.patch(path, { scope: 'openid', offline_access: true })).toMatchObject(refused('offline_access'))
    expect((await create({ grant_types: ['client_credentials'] })).body.scope).toBe('')
  })

  test('contradictions and limits are 400 and name the field', async () => {
    const jwks = { keys: [{ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }] }
    for (const [field, fields] of [
      ['grant_types', { grant_types: ['client_credentials'], token_endpoint_auth_method: 'none' }],
      ['grant_types', { grant_types: ['client_credentials', 'refresh_token'] }],
      ['grant_types.0', { grant_types: ['implicit'] }],
      ['grant_types', { grant_types: [] }],
      ['require_pkce', { token_endpoint_auth_method: 'none', require_pkce: false }],
      ['jwks_uri', { jwks, jwks_uri: 'https://app.example/jwks' }],
      ['jwks', { token_endpoint_auth_method: 'private_key_jwt' }],
      ['jwks.keys.0', { jwks: { keys: [{ ...jwks.keys[0], d: 'AA' }] } }],
      ['jwks.keys.0.kty', { jwks: { keys: [{ kty: 'oct', k: 'AA' }] } }],
      ['expires_in', { expires_in: 59 }],
      ['expires_in', { expires_in: 3601, token_endpoint_auth_method: 'none' }],
      ['scope', { scope: 'openid no-such-scope' }],
      ['scope', { scope: 'openid  profile' }],
      ['scope', { scope: 'sallyport_api' }],
      ['roles', { roles: ['admin'] }],
      ['resource_server_for', { resource_server_for: ['https://nobody.example/'] }],
      ['client_secret', { client_secret: 'fifteen-letters' }],
      ['client_secret', { client_secret: 'long enough a secret', token_endpoint_auth_method: 'none' }],
      ['client_secret', { client_secret: 'long enough a secret', token_endpoint_auth_method: 'client_secret_jwt' }],
      ['client_id', { client_id: 'caf\u00e9' }],
      ['client_id', { client_id: '..' }],
      ['client_id', { client_id: 'x'.repeat(256) }],
      ['client_uri', { client_uri: 'javascript:alert(1)' }],
      ['client_name', { client_name: 'two\nlines' }],
    ] as const) {
      expect(await create(fields), JSON.stringify(fields)).toMatchObject(refused(field))
    }
    expect(await create({ expires_in: 901, grant_types: ['client_credentials'] }, 'system')).toMatchObject(
      refused('expires_in'),
    )
  })

  test('names: taken, of the realm, odd but allowed', async () => {
    expect(await create({ client_id: 'quick-start' })).toMatchObject(refused('client_id', 409))
    expect(await create({ client_id: 'default' })).toMatchObject(refused('client_id', 409))
    const odd = 'https://app.example/a b?c=%2F;d'
    const made = await create({ client_id: odd })
    expect(made.status).toBe(201)
    const location = made.headers.get('location') ?? ''
    expect(location).toBe(`${house.url}/api/v1${clients}/${encodeURIComponent(odd)}`)
    expect((await admin.get(`${clients}/${encodeURIComponent(odd)}`)).body.client_id).toBe(odd)
    expect((await admin.delete(`${clients}/${encodeURIComponent(odd)}`)).status).toBe(204)
  })

  test('N006 N005 redirect URIs that no browser should follow are refused at registration', async () => {
    for (const uri of [
      'javascript:alert(1)',
      'JavaScript:alert(1)',
      'data:text/html,x',
      'vbscript:x',
      'file:///etc/passwd',
      'myapp:/callback',
      '/callback',
      'https://app.example/cb#fragment',
      'https://user@app.example/cb',
      'https://app.example@evil.example/cb',
      'https://*.app.example/cb',
      'https://app.example/*',
      'http://app.example/cb',
      'http://localhost.evil.example/cb',
      'http://127.0.0.1:99999/cb',
      'https://app.example\\@evil.example/cb',
      'https://app.example/a/../cb',
      'https://app.example/%2e%2e/cb',
      'https://b\u00fccher.example/cb',
      'https://app.example/c b',
      'https://',
      'com.example.app:',
      'COM.example.app:/cb',
    ]) {
      expect(await create({ redirect_uris: [uri] }), uri).toMatchObject(refused('redirect_uris.0'))
      const told = await create({ post_logout_redirect_uris: ['https://fine.example/', uri] })
      expect(told, uri).toMatchObject(refused('post_logout_redirect_uris.1'))
    }
    const fine = [
      'https://app.example',
      'https://app.example:8443/cb?a=b',
      'http://127.0.0.1/cb',
      'http://127.0.0.1:8080/cb',
      'http://[::1]/cb',
      'http://localhost:3000/cb',
      'com.example.app:/cb',
    ]
    expect((await create({ redirect_uris: fine })).body.redirect_uris).toEqual(fine)
    const many = Array.from({ length: 101 }, (_, index) => `https://app.example/${index}`)
    expect(await create({ redirect_uris: many })).toMatchObject(refused('redirect_uris'))
  })

  test('CORS origins are pure origins; a trailing slash is taken off', async () => {
    const made = await create({ allowed_cors_origins: ['https://app.example/', 'http://localhost:3000'] })
    expect(made.body.allowed_cors_origins).toEqual(['https://app.example', 'http://localhost:3000'])
    for (const origin of ['https://app.example/path', '*', 'null', 'app.example', 'https://*.example', 'https://a@b']) {
      expect(await create({ allowed_cors_origins: [origin] }), origin).toMatchObject(refused('allowed_cors_origins.0'))
    }
  })

  test('N056 set new secret: the old one ends, or overlaps as long as asked', async () => {
    const { body: client } = await create({ grant_types: ['client_credentials'] })
    const path = `${clients}/${client.client_id}`
    const works = async (secret: string) => (await machineToken(client.client_id, secret)).status === 200
    const second = await admin.post(`${path}/secrets`, { overlap_seconds: 3600, label: 'second' })
    expect(second).toMatchObject({ status: 201, body: { kind: 'generated', label: 'second', expires_at: null } })
    expect(await works(client.client_secret)).toBe(true)
    expect(await works(second.body.client_secret)).toBe(true)
    const typed = 'a typed secret of sixteen'
    const third = await admin.post(`${path}/secrets`, { secret: typed })
    expect(third.body).not.toHaveProperty('client_secret')
    expect(await works(client.client_secret)).toBe(false)
    expect(await works(second.body.client_secret)).toBe(false)
    expect(await works(typed)).toBe(true)
    const listed = await admin.get(`${path}/secrets`)
    expect(listed.body.items).toEqual([expect.objectContaining({ id: third.body.id, kind: 'typed' })])
    expect(listed.body.items[0]).not.toHaveProperty('value')
    expect(await admin.post(`${path}/secrets`, { expires_at: 1 })).toMatchObject(refused('expires_at'))
    expect((await admin.delete(`${path}/secrets/${third.body.id}`)).status).toBe(204)
    expect((await admin.delete(`${path}/secrets/${third.body.id}`)).status).toBe(404)
    expect(await works(typed)).toBe(false)
  })

  test('RFC 7523 §2.2 switching to client_secret_jwt issues a new secret, the one that signs', async () => {
    const { body: client } = await create({ grant_types: ['client_credentials'] })
    const path = `${clients}/${client.client_id}`
    const switched = await admin.patch(path, { token_endpoint_auth_method: 'client_secret_jwt' })
    expect(switched.body.client_secret).toMatch(/^[\w-]{43}$/)
    expect(switched.body.client_secret).not.toBe(client.client_secret)
    expect((await machineToken(client.client_id, client.client_secret)).status).toBe(401)
    const assertion = await new SignJWT({ jti: fresh() })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(client.client_id)
      .setSubject(client.client_id)
      .setAudience(house.issuer())
      .setExpirationTime('5 min')
      .setIssuedAt()
      .sign(new TextEncoder().encode(switched.body.client_secret))
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
    const body = form({ grant_type: 'client_credentials', client_assertion_type: type, client_assertion: assertion })
    expect((await fetch(`${house.issuer()}/token`, { method: 'POST', body })).status).toBe(200)
    expect(await admin.post(`${path}/secrets`, { secret: 'typed but it is sealed' })).toMatchObject(refused('secret'))
    const open = { require_client_secret: false, grant_types: ['authorization_code'] }
    expect((await admin.patch(path, open)).status).toBe(200)
    expect((await admin.post(`${path}/secrets`, {})).status).toBe(409)
  })

  test('N140 a client that comes back under its name inherits nothing', async () => {
    const client_id = fresh()
    const fields = { client_id, grant_types: ['client_credentials'] }
    const first = await admin.post(clients, fields)
    const { access_token } = await jsonOf(await machineToken(client_id, first.body.client_secret))
    const introspector = await create({ grant_types: ['client_credentials'], introspect_all: true })
    await admin.delete(`${clients}/${client_id}`)
    const second = await admin.post(clients, fields)
    expect(second.status).toBe(201)
    expect((await machineToken(client_id, first.body.client_secret)).status).toBe(401)
    const asked = await fetch(`${house.issuer()}/introspect`, {
      method: 'POST',
      headers: basic(introspector.body),
      body: form({ token: access_token }),
    })
    expect(await jsonOf(asked)).toEqual({ active: false })
  })

  test('"revoke all" ends the tokens of the client at once', async () => {
    const made = await create({ grant_types: ['client_credentials'], introspect_all: true })
    const { client_id } = made.body
    const { access_token } = await jsonOf(await machineToken(client_id, made.body.client_secret))
    const isActive = async () => {
      const body = form({ token: access_token })
      const asked = await fetch(`${house.issuer()}/introspect`, { method: 'POST', headers: basic(made.body), body })
      return (await jsonOf(asked)).active
    }
    expect(await isActive()).toBe(true)
    expect((await admin.get(`${clients}/${client_id}/tokens`)).body).toMatchObject({ total: 0, items: [] })
    expect((await admin.delete(`${clients}/${client_id}/tokens`)).status).toBe(204)
    expect(await isActive()).toBe(false)
  })

  test('a machine client of system gets the role that matches its scope, visibly', async () => {
    const machine = { grant_types: ['client_credentials'] }
    expect((await create({ ...machine, scope: 'sallyport_api' }, 'system')).body.roles).toEqual(['admin'])
    expect((await create({ ...machine, scope: 'sallyport_api.read_only' }, 'system')).body.roles).toEqual(['viewer'])
    expect((await create({ ...machine, scope: '' }, 'system')).body.roles).toEqual([])
    const named = await create({ ...machine, scope: 'sallyport_api', roles: ['realm-admin:default'] }, 'system')
    expect(named.body.roles).toEqual(['realm-admin:default'])
    for (const role of ['realm-admin:system', 'realm-admin:nowhere', 'realm-viewer:', 'nothing']) {
      expect(await create({ ...machine, roles: [role] }, 'system'), role).toMatchObject(refused('roles'))
    }
  })

  test('lists: filters, search, sort and pages', async () => {
    for (const [name, seconds] of [
      ['alpha', 600],
      ['beta', 1200],
      ['gamma', 2400],
    ] as const) {
      await create({ client_id: `list-${name}`, client_name: `List ${name}`, expires_in: seconds })
    }
    const ids = async (query: string) => {
      const told = await admin.get(`${clients}?${query}`)
      expect(told.status, query).toBe(200)
      return told.body.items.map((client: { client_id: string }) => client.client_id)
    }
    expect(await ids('search=LIST%20b')).toEqual(['list-beta'])
    expect(await ids('client_id=LIST-&sort=-expires_in')).toEqual(['list-gamma', 'list-beta', 'list-alpha'])
    expect(await ids('client_id=list-&expires_in=%3E600&sort=expires_in')).toEqual(['list-beta', 'list-gamma'])
    expect(await ids('client_id=list-&expires_in=..1200&sort=expires_in')).toEqual(['list-alpha', 'list-beta'])
    expect(await ids('client_id=list-&sort=client_id&page=2&page_size=2')).toEqual(['list-gamma'])
    expect(await ids('client_id=list-&enabled=false')).toEqual([])
  })
})
