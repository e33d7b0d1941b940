/** One of everything that a realm gives out and somebody could show where it does not belong. */
import { createPrivateKey, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import { ensureSigningKeys, realmKeys } from '#issuer/signing-keys.ts'
import { nowSeconds } from '#observe/clock.ts'
import { createRealm, type Realm } from '#store/realms.ts'
import { Browser } from './browser.ts'
import { addClient, addUser, type Credentials, realmOf, TEST_ACTOR } from './clients.ts'
import {
  type Authorized,
  authorizationUrl,
  authorize,
  pkce,
  REDIRECT_URI,
  type Tokens,
  tokenRequest,
} from './code-flow.ts'
import type { House } from './house.ts'

const SECRET = 'the same secret in every realm'
const PAIR = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const KEY = createPrivateKey(PAIR.privateKey.export({ type: 'pkcs8', format: 'pem' }))
const JWK = { ...PAIR.publicKey.export({ format: 'jwk' }), kid: 'client key', alg: 'ES256', use: 'sig' }

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
export const client = (client_id: string): Credentials => ({ client_id, client_secret: SECRET })

/** A further realm, as an administrator's request would make it. */
export async function addRealm(house: House, name: string): Promise<Realm> {
  const realm = await createRealm(house.app.context.db, TEST_ACTOR, { name, display_name: name })
  if (realm === 'taken') throw new Error(`the realm ${name} is taken`)
  await ensureSigningKeys(house.app.context, realm)
  return realm
}

/** The same people and clients with the same secrets and keys in each realm: only the realm tells them apart. */
export async function settle(house: House, realm: string): Promise<void> {
  const people = {
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: [REDIRECT_URI],
    scope: 'openid profile email offline_access',
  }
  const machine = { grant_types: ['client_credentials'] }
  await addClient(house, { client_id: 'app', introspect_all: true, ...people }, SECRET, realm)
  await addClient(house, { client_id: 'opaque', access_token_format: 'opaque', ...people }, SECRET, realm)
  await addClient(house, { client_id: 'machine', ...machine }, SECRET, realm)
  await addClient(house, { client_id: 'opaque-machine', access_token_format: 'opaque', ...machine }, SECRET, realm)
  const signer = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [JWK] } } as const
  await addClient(house, { client_id: 'signer', ...signer, ...machine }, undefined, realm)
  await addUser(house, { username: 'alice', email: 'alice@example.com' }, realm)
}

export const KINDS = [
  'access token',
  'opaque access token',
  'machine token',
  'opaque machine token',
  'refresh token',
  'code',
  'ID token',
  'ID token of ES256',
  'session cookie',
  'browser cookie',
  'authorization request',
  'client assertion',
  'client secret',
] as const
export type Kind = (typeof KINDS)[number]

export interface Handles {
  readonly values: Readonly<Record<Kind, string>>
  /** The one that got `code`. */
  readonly authorized: Authorized
  /** The one that has the session. */
  readonly browser: Browser
}

const segment = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

export function signAssertion(payload: object, key: KeyObject = KEY): string {
  const input = `${segment({ alg: 'ES256', kid: 'client key' })}.${segment(payload)}`
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

/** Of the client `signer`, good for ten minutes and one use. */
export function assertionFor(audience: string): string {
  const exp = nowSeconds() + 500
  return signAssertion({ iss: 'signer', sub: 'signer', aud: audience, jti: randomUUID(), exp })
}

export async function tokens(house: House, name: string, realm: string, authorized: Authorized): Promise<Tokens> {
  const { code, verifier: code_verifier } = authorized
  const fields = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI, code_verifier }
  return answered(await tokenRequest(house, client(name), fields, realm))
}

async function answered(response: Response): Promise<Tokens> {
  if (response.status !== 200) throw new Error(`no tokens: ${await response.text()}`)
  return (await response.json()) as Tokens
}

export async function handlesOf(house: House, realm: string): Promise<Handles> {
  const browser = new Browser(house.url)
  const flow = (name: string) =>
    authorize(house, {
      client: client(name),
      username: 'alice',
      scope: 'openid profile offline_access',
      realm,
      browser,
    })
  const own = async (name: string) =>
    (await answered(await tokenRequest(house, client(name), { grant_type: 'client_credentials' }, realm))).access_token
  const person = await tokens(house, 'app', realm, await flow('app'))
  const opaque = await tokens(house, 'opaque', realm, await flow('opaque'))
  const authorized = await flow('app')
  const values = {
    'access token': person.access_token,
    'opaque access token': opaque.access_token,
    'machine token': await own('machine'),
    'opaque machine token': await own('opaque-machine'),
    'refresh token': person.refresh_token ?? '',
    code: authorized.code,
    'ID token': person.id_token ?? '',
    'ID token of ES256': await resigned(house, realm, person.id_token ?? ''),
    'session cookie': browser.cookies.get(`sallyport-session-${realm}`) ?? '',
    'browser cookie': browser.cookies.get(`sallyport-browser-${realm}`) ?? '',
    'authorization request': await pendingRequest(house, realm, browser),
    'client assertion': assertionFor(house.issuer(realm)),
    'client secret': SECRET,
  }
  for (const kind of KINDS) if (values[kind] === '') throw new Error(`no ${kind}`)
  return { values, authorized, browser }
}

/** The same ID token as a client that asks for ES256 gets it. */
async function resigned(house: House, realm: string, idToken: string): Promise<string> {
  const { signers } = await realmKeys(house.app.context, await realmOf(house, realm))
  return signers.ES256.sign('JWT', Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString())
}

export function honestRequest(house: House, realm: string, more: Readonly<Record<string, string>> = {}): URL {
  const parameters = {
    response_type: 'code',
    client_id: 'app',
    redirect_uri: REDIRECT_URI,
    scope: 'openid',
    code_challenge: pkce().challenge,
    code_challenge_method: 'S256',
    ...more,
  }
  return authorizationUrl(house, parameters, realm)
}

/** The id of a request that waits for a person's answer. */
async function pendingRequest(house: House, realm: string, browser: Browser): Promise<string> {
  const page = await browser.open(honestRequest(house, realm, { prompt: 'login' }))
  return page.url.searchParams.get('request') ?? ''
}
