import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Browser } from './browser.ts'
import { addClient, addUser, type Credentials } from './clients.ts'
import { authorize, REDIRECT_URI, redeem, refresh, tokensOf } from './code-flow.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, jsonOf, type Office, officeOf, type Parsed } from './office.ts'
import { basic, form } from './requests.ts'

describe.each(ENGINES)('the token inspector on %s', (engine) => {
  let house: House
  let admin: Office
  let shop: Credentials
  let machine: Credentials
  const opaqueShop = { client_id: 'opaque', access_token_format: 'opaque' as const }

  beforeAll(async () => {
    house = await openHouse({ engine })
    admin = await adminOffice(house)
    await admin.post('/realms', { name: 'acme' })
    const common = { redirect_uris: [REDIRECT_URI], grant_types: ['authorization_code', 'refresh_token'] }
    shop = await addClient(house, { ...common, client_id: 'shop', scope: 'openid offline_access' })
    machine = await addClient(house, { client_id: 'machine', grant_types: ['client_credentials'] })
    await addClient(house, { ...common, ...opaqueShop, scope: 'openid' })
    await addUser(house, { username: 'ada' })
  })
  afterAll(() => house.close())

  async function inspect(token: string, realm = 'default'): Promise<Parsed> {
    const told = await admin.post(`/realms/${realm}/tokens/inspect`, { token })
    expect(told.status).toBe(200)
    return told.body
  }
  const why = (told: Parsed): string => told.reasons.map(({ rule, detail }: Parsed) => `${rule}: ${detail}`).join('; ')
  const own = async (): Promise<string> => {
    const body = form({ grant_type: 'client_credentials' })
    const answer = await fetch(`${house.issuer()}/token`, { method: 'POST', headers: basic(machine), body })
    return String((await jsonOf(answer)).access_token)
  }
  const isActive = async (token: string): Promise<boolean> => {
    const body = form({ token })
    const answer = await fetch(`${house.issuer()}/introspect`, { method: 'POST', headers: basic(shop), body })
    return (await jsonOf(answer)).active
  }

  test('each kind is told apart, with whom it is about, and the same answer as introspection', async () => {
    const authorized = await authorize(house, { client: shop, username: 'ada', scope: 'openid offline_access' })
    expect(await inspect(authorized.code)).toMatchObject({ kind: 'authorization_code', active: true, username: 'ada' })
    const tokens = await jsonOf(await redeem(house, shop, authorized))
    expect(why(await inspect(authorized.code))).toBe('use: used: a code is good once')
    const access = await inspect(tokens.access_token)
    expect(access).toMatchObject({
      kind: 'access_token',
      format: 'jwt',
      active: true,
      reasons: [],
      header: { alg: 'ES256', typ: 'at+jwt' },
      claims: { iss: house.issuer(), client_id: 'shop' },
      client_id: 'shop',
      username: 'ada',
    })
    expect(access.checks.map(({ rule }: Parsed) => rule)).toEqual(
      'realm signature issued expiry revocation client user grant session audience'.split(' '),
    )
    expect(await isActive(tokens.access_token)).toBe(true)
    expect(await inspect(tokens.id_token)).toMatchObject({ kind: 'id_token', active: true, client_id: 'shop' })
    expect(await inspect(`  ${tokens.refresh_token}\n`)).toMatchObject({ kind: 'refresh_token', active: true })
    await refresh(house, shop, tokens.refresh_token)
    expect(why(await inspect(tokens.refresh_token))).toMatch(/^use: used .*: a refresh token is good once$/)
    expect(await inspect(await own())).toMatchObject({
      kind: 'access_token',
      active: true,
      client_id: 'machine',
      username: null,
    })
  })

  test('why a token does not hold: what it rests on ended', async () => {
    const browser = new Browser(house.url)
    const short = await tokensOf(house, { client: shop, username: 'ada', scope: 'openid', browser })
    const long = await tokensOf(house, { client: shop, username: 'ada', scope: 'openid offline_access', browser })
    const page = await browser.open(`${house.issuer()}/logout`)
    await browser.submit(page, { confirm: '1' })
    expect(why(await inspect(short.access_token))).toMatch(
      /grant: revoked with its grant .*: logout; session: its session ended/,
    )
    expect(await isActive(short.access_token)).toBe(false)
    expect(await inspect(long.access_token)).toMatchObject({ active: true })
    const token = await own()
    await admin.delete('/realms/default/clients/machine/tokens')
    expect(why(await inspect(token))).toBe('epoch: all tokens of the client were revoked since')
    await admin.patch('/realms/default/clients/shop', { enabled: false })
    expect(why(await inspect(long.access_token))).toContain('client: the client shop is disabled or deleted')
    await admin.patch('/realms/default/clients/shop', { enabled: true })
    const body = form({ token: long.access_token })
    await fetch(`${house.issuer()}/revoke`, { method: 'POST', headers: basic(shop), body })
    expect(why(await inspect(long.access_token))).toContain('revo')
    expect(await isActive(long.access_token)).toBe(false)
  })

  test('why a token does not hold: its signature, its key, its time', async () => {
    const token = await own()
    const [header = '', payload = '', signature = ''] = token.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const changed = Buffer.from(JSON.stringify({ ...claims, scope: 'everything' })).toString('base64url')
    const forged = await inspect(`${header}.${changed}.${signature}`)
    expect(why(forged)).toContain('signature: it names a key of this realm, and that key did not sign it')
    expect(forged).toMatchObject({ active: false, client_id: null, username: null })
    expect(forged.checks).toHaveLength(1)
    const { db } = house.app.context
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString())
    await admin.post('/realms/default/keys/rotate', {})
    expect((await inspect(token)).active).toBe(true)
    const past = Math.floor(Date.now() / 1000) - 300
    await db.sql.updateTable('signing_keys').set({ removed_at: past }).where('id', '=', kid).execute()
    db.held.forget()
    expect(why(await inspect(token))).toBe('signature: signed by a key that was removed 5 minutes ago')
    const stranger = Buffer.from(JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid: 'other' })).toString('base64url')
    expect(why(await inspect(`${stranger}.${payload}.${signature}`))).toContain('a key that this realm never had')
  })

  test('opaque access tokens too, until they expire', async () => {
    const told = await admin.post('/realms/default/clients/opaque/secrets', {})
    const client = { client_id: 'opaque', client_secret: told.body.secret ?? told.body.client_secret }
    const { access_token } = await tokensOf(house, { client, username: 'ada' })
    expect(await inspect(access_token)).toMatchObject({
      kind: 'access_token',
      format: 'opaque',
      active: true,
      username: 'ada',
    })
    const past = Math.floor(Date.now() / 1000) - 3600
    await house.app.context.db.sql.updateTable('access_tokens').set({ expires_at: past }).execute()
    expect(why(await inspect(access_token))).toMatch(/^expiry: the token expired 1 hour ago$/)
  })

  test('N185 of what another realm made nothing is told, not even that it did', async () => {
    const { access_token, refresh_token = '' } = await tokensOf(house, {
      client: shop,
      username: 'ada',
      scope: 'openid offline_access',
    })
    const made = await inspect('A'.repeat(43), 'acme')
    expect(await inspect(refresh_token, 'acme')).toEqual(made)
    expect(made).toMatchObject({ kind: 'unknown', active: false, header: null, claims: null })
    const foreign = await inspect(access_token, 'acme')
    expect(foreign).toMatchObject({ kind: 'other_jwt', header: null, claims: null, client_id: null })
    expect(why(foreign)).toBe('realm: not of this realm')
    await admin.post('/realms/system/roles', { name: 'realm-viewer:acme' })
    const acme = await officeOf(house, 'acme viewer', ['realm-viewer:acme'])
    expect((await acme.post('/realms/default/tokens/inspect', { token: access_token })).status).toBe(404)
    expect((await acme.post('/realms/acme/tokens/inspect', { token: access_token })).status).toBe(200)
  })

  test('anything may be pasted, and what is pasted is neither answered nor logged', async () => {
    const secret = 'a-client-secret-pasted-by-mistake'
    for (const token of [secret, 'a.b.c', '..', '{"a":1}', 'x'.repeat(16_000), 'ü\u0000', ' ', 'e30.e30.e30']) {
      const told = await admin.post('/realms/default/tokens/inspect', { token })
      expect(told.status).toBe(200)
      expect(told.body).toMatchObject({ active: false })
      expect(JSON.stringify(told.body)).not.toContain(secret)
    }
    const token = await own()
    await inspect(token)
    const log = house.logged.join('\n')
    expect(log).not.toContain(secret)
    expect(log).not.toContain(token)
    expect((await admin.post('/realms/default/tokens/inspect', {})).body).toMatchObject({ status: 400, field: 'token' })
    expect((await admin.get('/realms/default/audit?search=inspect')).body.total).toBe(0)
  })
})
