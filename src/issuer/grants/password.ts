/**
 * Resource owner password credentials (RFC 6749 §4.3), for callers that cannot do better: off until the realm and the
 * client turn it on, guarded like the sign-in page (RFC 9700 §2.4). A user who has to do something first, such as
 * choosing a password, is refused like a wrong one: this door cannot ask.
 */
import { randomId } from '#crypto/random.ts'
import { issuerUrl } from '#http/doors.ts'
import { type Proved, provePassword } from '#login/prove-password.ts'
import { forgive } from '#login/throttle.ts'
import { nowSeconds } from '#observe/clock.ts'
import { createGrant } from '#store/grants.ts'
import { realmResources } from '#store/resources.ts'
import { stillProved } from '#store/sessions.ts'
import { required } from '../parameters.ts'
import { invalidGrant, invalidRequest, tooManyAttempts } from '../refusals.ts'
import type { Authorization } from '../tokens/authorization.ts'
import { accessTokenSeconds } from '../tokens/issue.ts'
import { audienceOf, resolveScopes } from '../tokens/scopes.ts'
import type { GrantRequest, Proof } from './grant.ts'

const AMR = ['pwd']

export async function password(grantRequest: GrantRequest): Promise<Proof> {
  const { context, realm, client, parameters, request } = grantRequest
  refuseAnotherClient(grantRequest)
  const username = required(parameters, 'username')
  const typed = required(parameters, 'password')
  const resources = await realmResources(context.db, realm, context.publicUrl)
  const { scopes } = resolveScopes({ requested: parameters.get('scope'), client, resources, isClientOnly: false })
  const proof = await provePassword(context, { realm, request, username, password: typed }, async (proved) => {
    if (proved.user.must_change_password) return undefined
    await forgive(context.db, proved.keys)
    return proved
  })
  if (proof.outcome === 'wait') {
    throw tooManyAttempts(proof.seconds, { client_id: client.client_id, address: request.address })
  }
  if (proof.outcome === 'wrong' || proof.value === undefined) throw invalidGrant('the username or password is wrong')
  await noteFirstUse(grantRequest)
  context.metrics.login(realm.name, 'success')
  context.events.record({
    realm_id: realm.id,
    kind: 'login',
    user: proof.value.user,
    client_id: client.client_id,
    address: request.address,
    request_id: request.id,
    detail: 'by the password grant',
  })
  const audience = audienceOf(scopes, resources, issuerUrl(context.publicUrl, realm.name))
  return { authorization: authorize(grantRequest, proof.value, scopes, audience) }
}

/** The built-in client of a realm's KEY acts for itself only (N184); who names a client means the one that it shows. */
function refuseAnotherClient({ client, parameters }: GrantRequest): void {
  const named = parameters.get('clientId')
  if (named === undefined || named === client.client_id) return
  throw invalidRequest('clientId is another client than the one that is authenticated', { sent: named })
}

/** An administrator should see that passwords are typed into an application, and into which. */
async function noteFirstUse({ context, client, request }: GrantRequest): Promise<void> {
  const actor = {
    kind: 'client',
    id: client.id,
    name: client.client_id,
    address: request.address,
    request_id: request.id,
  } as const
  if (!(await context.legacyUses.isFirst(actor, client, 'password'))) return
  request.log.warn(
    { event: 'password_grant_first_use', client_id: client.client_id, address: request.address },
    'a client uses the password grant for the first time: people type their passwords into it',
  )
}

function authorize(
  { realm, client, request }: GrantRequest,
  { user, hash }: Proved,
  scopes: readonly string[],
  audience: readonly string[],
): Authorization {
  const now = nowSeconds()
  const grantId = randomId()
  const grant = {
    realm_id: realm.id,
    client_id: client.id,
    user_id: user.id,
    session_id: null,
    kind: 'password',
    scope: scopes.join(' '),
    offline: true,
    auth_time: now,
    amr: AMR,
    created_at: now,
    expires_at: now + lifetimeSeconds(realm, client),
  } as const
  return {
    realm,
    client,
    grantType: 'password',
    scopes,
    audience,
    person: {
      user,
      grantId,
      sessionId: null,
      authTime: now,
      amr: AMR,
      nonce: null,
      idTokenClaims: [],
      grantExpiresAt: grant.expires_at,
    },
    async spend(sql) {
      if (!(await stillProved(sql, { realm_id: realm.id, user_id: user.id, checked_password: hash }))) return false
      await createGrant(sql, grant, grantId)
      request.log.info(
        { event: 'password_grant', user: user.id, client_id: client.client_id, grant: grantId },
        'granted',
      )
      return true
    },
  }
}

/** What cannot be refreshed ends with its only token: callers that never refresh come often, and each time anew. */
function lifetimeSeconds(realm: GrantRequest['realm'], client: GrantRequest['client']): number {
  if (!client.grant_types.includes('refresh_token')) return accessTokenSeconds(realm, client)
  return client.refresh_absolute_seconds ?? realm.settings.refresh_absolute_seconds
}
