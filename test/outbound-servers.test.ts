import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, type Office } from './office.ts'
import { openScriptedServer, type ScriptedServer } from './scripted-server.ts'

describe.each(ENGINES)('OAuth servers on %s', (engine) => {
  let house: House
  let admin: Office
  let foreign: ScriptedServer
  const path = '/realms/default/oauth-servers'

  beforeAll(async () => {
    house = await openHouse({ engine, env: { SALLYPORT_EGRESS_ALLOW: '127.0.0.0/8' } })
    admin = await adminOffice(house)
    foreign = await openScriptedServer()
    foreign.stand('/token', { json: { access_token: 'a foreign token', expires_in: 3600 } })
  })
  afterAll(async () => {
    await house.close()
    await foreign.close()
  })

  const fields = (name: string) => ({
    name,
    grant_type: 'client_credentials',
    client_id: 'ours',
    client_secret: 'a secret of theirs',
    token_endpoint: `${foreign.url}/token`,
  })

  test('a name is enough beside what the grant needs: the rest has its default, and a token is fetched at once', async () => {
    const before = foreign.asked.length
    const told = await admin.post(path, fields('Acme CRM (test)'))
    expect(told.status).toBe(201)
    expect(told.body).toMatchObject({
      name: 'Acme CRM (test)',
      slug: 'acme-crm-test',
      authentication_method: 'client_secret_post',
      include_scope: true,
      max_retry_attempts: 3,
      max_wait_seconds: 60,
      pkce: true,
      on_failure: 'retry',
      allowed_clients: [],
      status: 'ok',
      last_error: null,
      disabled_reason: null,
      redirect_uri: `${house.issuer()}/outbound/acme-crm-test/callback`,
      secrets: [{ field: 'client_secret', kind: 'local', origins: [foreign.url] }],
    })
    expect(foreign.asked.length).toBe(before + 1)
    expect(foreign.last().parameters).toMatchObject({ client_id: 'ours', client_secret: 'a secret of theirs' })
    expect(told.headers.get('location')).toBe(`${house.url}/api/v1${path}/acme-crm-test`)
    const read = await admin.get(`${path}/acme-crm-test`)
    expect(read.body).toEqual(told.body)
    expect(read.headers.get('etag')).toBe(told.headers.get('etag'))
  })

  test('what cannot work is saved all the same, and says what to do', async () => {
    foreign.next({ status: 401, json: { error: 'invalid_client', error_description: 'who are you' } })
    const told = await admin.post(path, fields('Broken'))
    expect(told.status).toBe(201)
    expect(told.body).toMatchObject({
      status: 'error',
      last_error: { code: 'invalid_client', description: 'who are you', advice: expect.stringContaining('secret') },
    })
    const mended = await admin.patch(`${path}/broken`, { client_secret: 'the right one' })
    expect(mended.body).toMatchObject({ status: 'ok', last_error: null })
  })

  test('a name and a slug are there once; a slug is derived, and may be changed', async () => {
    expect(await admin.post(path, fields('acme crm (TEST)'))).toMatchObject({ status: 409, body: { field: 'name' } })
    expect((await admin.post(path, fields('Acme: CRM test'))).body.slug).toBe('acme-crm-test-2')
    expect((await admin.post(path, fields('漢字'))).body.slug).toBe('server')
    const taken = await admin.patch(`${path}/server`, { slug: 'acme-crm-test' })
    expect(taken).toMatchObject({ status: 409, body: { field: 'slug' } })
    const moved = await admin.patch(`${path}/server`, { slug: 'kanji' })
    expect(moved.body).toMatchObject({ slug: 'kanji', redirect_uri: `${house.issuer()}/outbound/kanji/callback` })
    expect((await admin.get(`${path}/server`)).status).toBe(404)
    expect((await admin.get(`${path}/kanji`)).status).toBe(200)
  })

  test('made at once, one of the same name is there, and each of the same words has a slug of its own', async () => {
    const made = async (names: readonly string[]) =>
      await Promise.all(names.map((name) => admin.post(path, fields(name))))
    const same = await made(['Raced', 'raced', 'RACED'])
    expect(same.map(({ status }) => String(status)).toSorted()).toEqual(['201', '409', '409'])
    const words = await made(['x y z', 'x-y z', 'x y-z', 'x.y.z'])
    expect(words.map(({ body }) => String(body.slug)).toSorted()).toEqual(['x-y-z', 'x-y-z-2', 'x-y-z-3', 'x-y-z-4'])
  })

  test('each field that is wrong is named, and nothing is saved', async () => {
    const refused = async (wrong: object, field: string) =>
      expect(await admin.post(path, { ...fields('Wrong'), ...wrong }), field).toMatchObject({
        status: 400,
        body: { field },
      })
    await refused({ name: 'x'.repeat(51) }, 'name')
    await refused({ token_endpoint: 'ftp://foreign.example/token' }, 'token_endpoint')
    await refused({ token_endpoint: 'https://user:pass@foreign.example/token' }, 'token_endpoint')
    await refused({ token_endpoint: 'https://foreign.example/token#x' }, 'token_endpoint')
    await refused({ token_endpoint: undefined }, 'token_endpoint')
    await refused({ client_id: 'with\ttab' }, 'client_id')
    await refused({ client_secret: undefined }, 'client_secret')
    await refused({ client_secret: { store: 'none', path: 'x' } }, 'client_secret.store')
    await refused({ grant_type: 'implicit' }, 'grant_type')
    await refused({ grant_type: 'authorization_code' }, 'authorization_endpoint')
    await refused({ grant_type: 'password' }, 'owner_password')
    await refused({ grant_type: 'refresh_token' }, 'refresh_token')
    await refused({ assertion_audience: 'issuer' }, 'issuer')
    await refused({ authentication_method: 'tls_client_auth' }, 'tls_certificate')
    await refused({ slug: '..' }, 'slug')
    await refused({ category: 'nowhere' }, 'category')
    await refused({ profile: 'nowhere' }, 'profile')
    await refused({ allowed_clients: ['*', 'quick-start'] }, 'allowed_clients.0')
    await refused({ allowed_clients: ['nobody'] }, 'allowed_clients.0')
    await refused({ post_parameters: [{ name: 'a' }] }, 'post_parameters.0.value')
    await refused({ max_retry_attempts: -1 }, 'max_retry_attempts')
    await refused({ status: 'ok' }, 'status')
    expect((await admin.get(`${path}?name=Wrong`)).body.total).toBe(0)
  })

  test('null goes back to the default, a stale change is refused, and the audit has both sides', async () => {
    const made = await admin.post(path, { ...fields('Changed'), scope: 'a b', max_wait_seconds: 5, prompt: 'login' })
    const back = await admin.patch(`${path}/changed`, { max_wait_seconds: null, prompt: null, scope: null })
    expect(back.body).toMatchObject({ max_wait_seconds: 60, prompt: null, scope: '' })
    const stale = { 'if-match': made.headers.get('etag') ?? '' }
    expect((await admin.patch(`${path}/changed`, { scope: 'c' }, stale)).status).toBe(412)
    const fresh = { 'if-match': back.headers.get('etag') ?? '' }
    expect((await admin.patch(`${path}/changed`, { scope: 'c' }, fresh)).status).toBe(200)
    expect((await admin.patch(`${path}/changed`, { name: null })).body).toMatchObject({ status: 400, field: 'name' })
    const { items } = (await admin.get('/realms/default/audit?object_kind=oauth_server&object_name=Changed')).body
    expect(items[0]).toMatchObject({ action: 'oauth_server.update', before: { scope: '' }, after: { scope: 'c' } })
  })

  test('a list is filtered by every column, sorted, and exported', async () => {
    const names = async (query: string) =>
      (await admin.get(`${path}?${query}`)).body.items.map(({ name }: { name: string }) => name)
    expect(await names('search=CHANGED')).toEqual(['Changed'])
    expect(await names('client_id=our&name=changed&status=ok&grant_type=client')).toEqual(['Changed'])
    expect((await names('sort=-name')).at(-1)).toBe('Acme CRM (test)')
    expect((await admin.get(`${path}?no_such=1`)).status).toBe(400)
  })

  test('disabled, it says why and stops; enabled, it goes on; many at once', async () => {
    const off = await admin.post(`${path}/changed/disable`, { reason: 'the contract ended' })
    expect(off.body).toMatchObject({ status: 'disabled', disabled_reason: 'the contract ended' })
    const asked = foreign.asked.length
    expect((await admin.post(`${path}/changed/test`)).body).toMatchObject({ works: false, code: 'disabled' })
    await admin.patch(`${path}/changed`, { scope: 'd' })
    expect(foreign.asked.length).toBe(asked)
    const on = await admin.post(`${path}/changed/enable`)
    expect(on.body).toMatchObject({ status: 'ok', disabled_reason: null, disabled_at: null })
    const many = await admin.post(`${path}/bulk`, { action: 'disable', ids: ['changed', 'nowhere'] })
    expect(many.body.results).toMatchObject([
      { id: 'changed', status: 'done' },
      { id: 'nowhere', status: 'refused' },
    ])
    expect((await admin.get(`${path}/changed`)).body.status).toBe('disabled')
  })

  test('a copy has the secrets and works, and nobody may use it yet', async () => {
    await admin.patch(`${path}/acme-crm-test`, { allowed_clients: ['*'] })
    const copy = await admin.post(`${path}/acme-crm-test/duplicate`, { name: 'A copy' })
    expect(copy).toMatchObject({ status: 201, body: { slug: 'a-copy', allowed_clients: [], client_id: 'ours' } })
    expect((await admin.post(`${path}/a-copy/test`)).body).toMatchObject({ works: true })
    expect(foreign.last().parameters['client_secret']).toBe('a secret of theirs')
    expect((await admin.post(`${path}/acme-crm-test/duplicate`, { name: 'a COPY' })).status).toBe(409)
  })

  test('what uses it is told, and keeps it from being deleted; deleted, it comes back disabled without its secrets', async () => {
    const saved = await admin.post('/realms/default/connectors', {
      name: 'Contacts',
      oauth_server: 'a-copy',
      path: '/c/{id}',
    })
    expect(saved.status).toBe(201)
    const uses = await admin.get(`${path}/a-copy/uses`)
    expect(uses.body).toMatchObject({ uses: [{ kind: 'connector', name: 'Contacts' }], connections: 1 })
    expect((await admin.delete(`${path}/a-copy`)).status).toBe(409)
    await admin.delete('/realms/default/connectors/Contacts')
    expect((await admin.delete(`${path}/a-copy`)).status).toBe(204)
    expect((await admin.get(`${path}/a-copy`)).status).toBe(404)
    const bin = await admin.get('/realms/default/deleted?kind=oauth_server')
    const restored = await admin.post(`/realms/default/deleted/${bin.body.items[0].id}/restore`)
    expect(restored.body).toMatchObject({ kind: 'oauth_server', path: `${path}/a-copy` })
    expect((await admin.get(`${path}/a-copy`)).body).toMatchObject({ status: 'disabled', secrets: [] })
    await admin.post(`${path}/a-copy/enable`)
    expect((await admin.post(`${path}/a-copy/test`)).body).toMatchObject({ works: false, code: 'secret_missing' })
  })

  test('an issuer’s metadata fills the form, and one that is not its own fills nothing', async () => {
    const issuer = `${foreign.url}/tenant`
    const metadata = {
      issuer,
      token_endpoint: `${issuer}/token`,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
      code_challenge_methods_supported: ['S256'],
    }
    foreign.stand('/tenant/.well-known/openid-configuration', { json: metadata })
    const found = await admin.post(`${path}/discover`, { issuer })
    expect(found.body.fields).toMatchObject({
      issuer,
      token_endpoint: `${issuer}/token`,
      authentication_method: 'client_secret_basic',
      profile: 'generic_oidc',
      pkce: true,
    })
    const discover = async (chosen: object) => (await admin.post(`${path}/discover`, { issuer, ...chosen })).body.fields
    const kept = await discover({ authentication_method: 'client_secret_post', profile: 'google' })
    for (const field of ['authentication_method', 'profile']) expect(kept).not.toHaveProperty(field)
    const taken = await discover({ authentication_method: 'private_key_jwt', profile: 'generic_oauth2' })
    expect(taken).toMatchObject({ authentication_method: 'client_secret_basic', profile: 'generic_oidc' })
    foreign.stand('/tenant/.well-known/openid-configuration', {
      json: { ...metadata, issuer: 'https://other.example' },
    })
    expect(await admin.post(`${path}/discover`, { issuer })).toMatchObject({ status: 400, body: { field: 'issuer' } })
    expect((await admin.get('/realms/default/profiles')).body.items[0]).toMatchObject({ name: 'generic_oauth2' })
  })

  test('N164 a connector stays below its server’s base URL, and sets no header of the token or the way out', async () => {
    const refused = async (wrong: object, field: string) => {
      const connector = { name: 'Strange', oauth_server: 'changed', path: '/x', ...wrong }
      const told = await admin.post('/realms/default/connectors', connector)
      expect(told, JSON.stringify(wrong)).toMatchObject({ status: 400, body: { field } })
    }
    const paths = [
      '//evil.example',
      'https://evil.example/',
      '/..',
      '/a/../b',
      '/a%2fb',
      '/a%5Cb',
      '/a\\b',
      '/a?b',
      '/a#b',
    ]
    for (const way of [...paths, '@evil', '/a\r\nx', '/%2e%2e/x']) await refused({ path: way }, 'path')
    for (const name of ['Authorization', 'Host', 'Cookie', 'X-Forwarded-For', 'Connection', 'x y']) {
      await refused({ headers: [{ name, value: 'x' }] }, 'headers.0.name')
    }
    await refused({ headers: [{ name: 'X-A', value: 'a\r\nb: c' }] }, 'headers.0.value')
    await refused({ method: 'GET', body: { kind: 'json', content: '{}' } }, 'body')
    await refused({ oauth_server: 'nowhere' }, 'oauth_server')
    const body = { kind: 'json', content: '{"id":"{id}"}', omit_empty: true }
    const made = await admin.post('/realms/default/connectors', {
      name: 'Strange',
      oauth_server: 'changed',
      method: 'POST',
      path: '/customers/{id}',
      body,
      outputs: [{ name: 'mail', from: 'body', language: 'jsonpath', expression: '$.mail' }],
    })
    expect(made).toMatchObject({ status: 201, body: { body, timeout_ms: 100_000, connection: 'application' } })
    const read = await admin.get('/realms/default/connectors/Strange')
    expect(read.headers.get('etag')).toBe(made.headers.get('etag'))
    const renamed = await admin.patch('/realms/default/connectors/Strange', { name: 'Plain', timeout_ms: 500 })
    expect(renamed.body).toMatchObject({ name: 'Plain', timeout_ms: 500, outputs: [{ name: 'mail' }] })
    expect((await admin.get('/realms/default/connectors?oauth_server=chang')).body.total).toBe(1)
    expect((await admin.delete('/realms/default/connectors/Plain')).status).toBe(204)
  })

  test('health names secrets that end, servers that fail, and what is risky', async () => {
    const now = Math.floor(Date.now() / 1000)
    foreign.next({ status: 401, json: { error: 'invalid_client' } })
    await admin.post(path, { ...fields('Ill'), secret_expires_at: now + 86_400 })
    await admin.post(path, { ...fields('Ended'), secret_expires_at: now - 1, allowed_clients: ['*'] })
    const rules = async (slug: string) => {
      const { items } = (await admin.get(`/realms/default/health?object_kind=oauth_server&object_id=${slug}`)).body
      return items.map(({ rule }: { rule: string }) => rule).toSorted()
    }
    expect(await rules('ill')).toEqual([
      'server_error',
      'server_for_nobody',
      'server_plain_http',
      'server_secret_expiring',
    ])
    expect(await rules('ended')).toEqual(['server_plain_http', 'server_secret_expired'])
    await admin.post(`${path}/ended/disable`)
    expect(await rules('ended')).toEqual([])
  })
})
