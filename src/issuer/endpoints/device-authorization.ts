/**
 * The device authorization endpoint (RFC 8628 §3.1, §3.2): a device without a browser gets a code to wait with and a code
 * that a person types elsewhere. What the person sees is the hall's (`login/device.ts`), the waiting is the grant's.
 */
import { sha256Base64url } from '#crypto/hash.ts'
import { randomToken } from '#crypto/random.ts'
import { issuerUrl } from '#http/doors.ts'
import type { Request, Response } from '#http/message.ts'
import { newUserCode, shownUserCode } from '#login/user-code.ts'
import { nowSeconds } from '#observe/clock.ts'
import type { Client } from '#store/clients.ts'
import { addDeviceCode, deviceCodeGrantType } from '#store/device-codes.ts'
import type { Realm } from '#store/realms.ts'
import { realmResources } from '#store/resources.ts'
import { authenticateClient } from '../client-authentication.ts'
import type { IssuerContext } from '../context.ts'
import { mayUse } from '../grants/grant.ts'
import { type Parameters, readBody } from '../parameters.ts'
import { resolveScopes } from '../tokens/scopes.ts'
import { allowCaller, readableInRealm, readableRefusals } from './cross-origin.ts'

/** Time to find a telephone, to sign in and to read; short, because every code that waits can be guessed at. */
const CODE_SECONDS = 600
/** RFC 8628 §3.2 has the same default. */
const INTERVAL_SECONDS = 5

/** Answers RFC 8628 §3.2; refuses as RFC 6749 §5.2. */
export async function deviceAuthorization(context: IssuerContext, realm: Realm, request: Request): Promise<Response> {
  const parameters = readBody(request)
  const client = await readableInRealm(context, realm, request, () =>
    authenticateClient(context, realm, request, parameters),
  )
  const answer = await readableRefusals(request, client, () => begin(context, realm, client, parameters))
  return {
    status: 200,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      pragma: 'no-cache',
      ...allowCaller(request, client),
    },
    body: JSON.stringify(answer),
  }
}

async function begin(context: IssuerContext, realm: Realm, client: Client, parameters: Parameters) {
  mayUse(client, deviceCodeGrantType)
  const resources = await realmResources(context.db, realm, context.publicUrl)
  const { scopes } = resolveScopes({ requested: parameters.get('scope'), client, resources, isClientOnly: false })
  const deviceCode = randomToken()
  const userCode = shownUserCode(await store(context, realm, client, deviceCode, scopes.join(' ')))
  const verificationUri = `${issuerUrl(context.publicUrl, realm.name)}/device`
  return {
    device_code: deviceCode,
    user_code: userCode,
    verification_uri: verificationUri,
    verification_uri_complete: `${verificationUri}?user_code=${userCode}`,
    expires_in: CODE_SECONDS,
    interval: INTERVAL_SECONDS,
  }
}

/** Answers the user code: a new one until it is nobody else's, which of 20^8 the first nearly always is. */
async function store(
  context: IssuerContext,
  realm: Realm,
  client: Client,
  deviceCode: string,
  scope: string,
): Promise<string> {
  for (;;) {
    const now = nowSeconds()
    const userCode = newUserCode()
    const isAdded = await addDeviceCode(context.db, {
      realm_id: realm.id,
      client_id: client.id,
      device_code_hash: sha256Base64url(deviceCode),
      user_code: userCode,
      scope,
      interval_seconds: INTERVAL_SECONDS,
      created_at: now,
      expires_at: now + CODE_SECONDS,
    })
    if (isAdded) return userCode
  }
}
