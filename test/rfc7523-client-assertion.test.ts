import { createHmac, createPrivateKey, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addClient, type Credentials, realmOf } from './clients.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { basic, form } from './requests.ts'

const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const segment = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** An assertion by hand, so that every rule can be broken. */
function es256(key: KeyObject, header: object, payload: object): string {
  const input = `${segment(header)}.${segment(payload)}`
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

function hs256(secret: string | Buffer, header: object, payload: object): string {
  const input = `${segment(header)}.${segment(payload)}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

describe.each(ENGINES)('client assertions on %s', (engine) => {
  let house: House
  let hmac: Credentials
  let key: KeyObject
  let publicPem: string

  beforeAll(async () => {
    house = await openHouse({ engine })
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    key = createPrivateKey(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }))
    publicPem = pair.publicKey.export({ type: 'spki', format: 'pem' })
    const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'ES256', use: 'sig' }
    const fields = { grant_types: ['client_credentials'] }
    await addClient(house, {
      client_id: 'signer',
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [jwk] },
      ...fields,
    })
    hmac = await addClient(house, { client_id: 'hmac', token_endpoint_auth_method: 'client_secret_jwt', ...fields })
    await addClient(house, { client_id: 'plain', ...fields })
  })
  afterAll(() => house.close())

  const now = () => Math.floor(Date.now() / 1000)
  const claims = (more: object = {}) => ({
    iss: 'signer',
    sub: 'signer',
    aud: house.issuer(),
    jti: randomUUID(),
    iat: now(),
    exp: now() + 60,
    ...more,
  })
  const header = (more: object = {}) => ({ alg: 'ES256', kid: 'k1', ...more })

  const send = async (assertion: string, more: Record<string, string> = {}, headers: Record<string, string> = {}) => {
    const body = form({
      grant_type: 'client_credentials',
      client_assertion_type: TYPE,
      client_assertion: assertion,
      ...more,
    })
    const response = await fetch(`${house.issuer()}/token`, { method: 'POST', headers, body })
    return { status: response.status, ...((await response.json()) as { error?: string; access_token?: string }) }
  }
  const refused = { status: 401, error: 'invalid_client' }

  test('§2.2 a signed assertion authenticates, with each audience that means us', async () => {
    for (const aud of [house.issuer(), `${house.issuer()}/token`, [house.issuer(), `${house.issuer()}/token`]]) {
      expect((await send(es256(key, header(), claims({ aud })))).status, String(aud)).toBe(200)
    }
    const own = { iss: 'hmac', sub: 'hmac' }
    expect((await send(hs256(hmac.client_secret, { alg: 'HS256' }, claims(own)))).status).toBe(200)
    expect((await send(es256(key, header(), claims()), { client_id: 'signer' })).status).toBe(200)
  })

  test('N097 §3 claims: iss, sub, aud, exp, iat, nbf, jti', async () => {
    const bad: Readonly<Record<string, object>> = {
      'another subject': { sub: 'plain' },
      'another issuer': { iss: 'plain' },
      'no audience': { aud: undefined },
      'empty audience': { aud: [] },
      'another audience': { aud: 'https://elsewhere.example' },
      'another audience beside ours': { aud: [house.issuer(), 'https://elsewhere.example'] },
      'audience of another realm': { aud: house.issuer('system') },
      'no expiry': { exp: undefined },
      expired: { exp: now() - 120 },
      'too far ahead': { exp: now() + 3600 },
      'expiry as text': { exp: String(now() + 60) },
      'issued in the future': { iat: now() + 600 },
      'not yet valid': { nbf: now() + 600 },
      'no jti': { jti: undefined },
      'empty jti': { jti: '' },
      'long jti': { jti: 'j'.repeat(300) },
    }
    for (const [name, change] of Object.entries(bad)) {
      expect(await send(es256(key, header(), claims(change))), name).toMatchObject(refused)
    }
  })

  test('N097 an assertion is honoured once, also of many at the same moment', async () => {
    const once = es256(key, header(), claims())
    const answers = await Promise.all(Array.from({ length: 40 }, () => send(once)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(await send(once)).toMatchObject(refused)
  })

  test('N106 what is remembered of an assertion goes when it expires', async () => {
    const rows = await house.app.context.db.sql.selectFrom('spent_assertions').select('expires_at').execute()
    expect(rows.length).toBeGreaterThan(0)
    expect(rows.every((row) => row.expires_at <= now() + 720)).toBe(true)
  })

  test('N096 RFC 8725 §2.1 algorithms: none, HMAC with the public key, another one than registered', async () => {
    for (const alg of ['none', 'None', 'nOnE', '']) {
      expect(await send(`${segment({ alg })}.${segment(claims())}.`), alg).toMatchObject({ error: 'invalid_client' })
      expect(await send(`${segment({ alg })}.${segment(claims())}.AAAA`), alg).toMatchObject({
        error: 'invalid_client',
      })
    }
    for (const secret of [publicPem, publicPem.trim()]) {
      expect(await send(hs256(secret, { alg: 'HS256', kid: 'k1' }, claims()))).toMatchObject(refused)
    }
    expect(await send(es256(key, header({ alg: 'RS256' }), claims()))).toMatchObject(refused)
    expect(await send(es256(key, header(), claims({ iss: 'hmac', sub: 'hmac' })))).toMatchObject(refused)
    const withoutAlg = `${segment({ kid: 'k1' })}.${segment(claims())}`
    expect(await send(`${withoutAlg}.AAAA`)).toMatchObject(refused)
  })

  test('N099 RFC 8725 §3.10 kid is a name, and no header leads anywhere', async () => {
    for (const kid of ['../../etc/passwd', "' or 1=1 --", 'https://evil.example/key', 'k'.repeat(5000)]) {
      expect(await send(es256(key, header({ kid }), claims())), kid.slice(0, 20)).toMatchObject(refused)
    }
    const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const own = { ...foreign.publicKey.export({ format: 'jwk' }), kid: 'mine' }
    const leading = [
      { jwk: own, kid: undefined },
      { jku: 'http://127.0.0.1:1/keys', kid: 'mine' },
      { x5u: 'http://127.0.0.1:1/' },
    ]
    for (const more of leading) {
      expect(await send(es256(foreign.privateKey, header(more), claims()))).toMatchObject(refused)
    }
  })

  test('N100 N101 crit, members twice, more parts, encryption, size', async () => {
    expect(await send(es256(key, header({ crit: ['exp'] }), claims()))).toMatchObject(refused)
    const twice = Buffer.from('{"alg":"ES256","kid":"k1","alg":"none"}').toString('base64url')
    const input = `${twice}.${segment(claims())}`
    const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')
    expect(await send(`${input}.${signature}`)).toMatchObject(refused)
    const encrypted = [{ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 1e9 }, {}, {}, {}, {}].map(segment).join('.')
    for (const odd of [encrypted, '.'.repeat(10_000), `${'a'.repeat(20_000)}.b.c`, '{"payload":"x"}', 'a', 'a.b']) {
      expect(await send(odd)).toMatchObject({ error: 'invalid_client' })
    }
  })

  test('N102 a signature of zeros is none', async () => {
    const input = `${segment(header())}.${segment(claims())}`
    expect(await send(`${input}.${Buffer.alloc(64).toString('base64url')}`)).toMatchObject(refused)
  })

  test('N103 a token of another kind is no assertion', async () => {
    for (const typ of ['at+jwt', 'logout+jwt', 'dpop+jwt', 'oauth-authz-req+jwt', 'application/at+jwt']) {
      expect(await send(es256(key, header({ typ }), claims())), typ).toMatchObject(refused)
    }
    expect((await send(es256(key, header({ typ: 'JWT' }), claims()))).status).toBe(200)
  })

  test('N052 N054 one method at a time, and the registered one', async () => {
    const assertion = () => es256(key, header(), claims())
    const both = await send(assertion(), {}, basic({ client_id: 'signer', client_secret: 'x' }))
    expect(both).toMatchObject({ status: 400, error: 'invalid_request' })
    expect(await send(assertion(), { client_secret: 'x' })).toMatchObject({ status: 400, error: 'invalid_request' })
    expect(await send(assertion(), { client_id: 'plain' })).toMatchObject({ status: 400, error: 'invalid_request' })
    expect(await send(es256(key, header(), claims({ iss: 'plain', sub: 'plain' })))).toMatchObject(refused)
    const wrongType = await send(assertion(), { client_assertion_type: 'urn:example:other' })
    expect(wrongType).toMatchObject({ status: 400, error: 'invalid_request' })
    const bySecret = await fetch(`${house.issuer()}/token`, {
      method: 'POST',
      body: form({ grant_type: 'client_credentials', ...hmac }),
    })
    expect(bySecret.status).toBe(401)
    const byIdAlone = await fetch(`${house.issuer()}/token`, {
      method: 'POST',
      body: form({ grant_type: 'client_credentials', client_id: 'signer' }),
    })
    expect(byIdAlone.status).toBe(401)
  })

  test('the secret behind an HMAC is sealed where it is stored', async () => {
    const realm = await realmOf(house, 'default')
    const stored = await house.app.context.db.sql
      .selectFrom('client_secrets')
      .innerJoin('clients', 'clients.id', 'client_secrets.client_id')
      .select('client_secrets.value')
      .where('clients.realm_id', '=', realm.id)
      .where('clients.client_id', '=', 'hmac')
      .execute()
    expect(stored).toHaveLength(1)
    expect(stored[0]?.value).not.toContain(hmac.client_secret)
  })
})
