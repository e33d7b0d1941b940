/**
 * Device code (RFC 8628 §3.4, §3.5). A device asks again and again; each time it is told how things stand, and once it
 * gets its tokens. They live their own lifetime: the session in which a person agreed is another device's.
 */
import { sha256Base64url } from '#crypto/hash.ts'
import { issuerUrl } from '#http/doors.ts'
import { nowSeconds } from '#observe/clock.ts'
import {
  type DeviceCode,
  deviceCodeGrantType,
  findDeviceCode,
  recordPoll,
  spendDeviceCode,
} from '#store/device-codes.ts'
import { findLiveGrant } from '#store/grants.ts'
import { realmResources } from '#store/resources.ts'
import { required } from '../parameters.ts'
import { accessDenied, authorizationPending, expiredToken, invalidGrant, slowDown } from '../refusals.ts'
import type { Authorization } from '../tokens/authorization.ts'
import { audienceOf } from '../tokens/scopes.ts'
import { type GrantRequest, type Proof, personOf } from './grant.ts'

export async function deviceCode(grantRequest: GrantRequest): Promise<Proof> {
  const { context, realm, client, parameters } = grantRequest
  const code = await findDeviceCode(context.db, realm.id, sha256Base64url(required(parameters, 'device_code')))
  if (code === undefined || code.client_id !== client.id) {
    throw invalidGrant('the device code is unknown', { issued_to: code?.client_id })
  }
  if (code.spent_at !== null) throw invalidGrant('the device code was used before', { device_code: code.id })
  if (code.expires_at <= nowSeconds()) throw expiredToken('the device code has expired: begin again')
  if (code.answered_at === null) return await refuseToWait(grantRequest, code)
  if (code.grant_id === null) throw accessDenied('the user said no')
  return { authorization: await authorize(grantRequest, code, code.grant_id) }
}

async function refuseToWait({ context }: GrantRequest, code: DeviceCode): Promise<never> {
  if (await recordPoll(context.db, code.id, Date.now())) throw authorizationPending('the user has not answered yet')
  throw slowDown('polled before the interval was over: it is five seconds longer now')
}

async function authorize(
  { context, realm, client }: GrantRequest,
  code: DeviceCode,
  grantId: string,
): Promise<Authorization> {
  const live = await findLiveGrant(context.db, grantId)
  if (live === undefined) throw invalidGrant('the authorization has ended', { grant: grantId })
  const resources = await realmResources(context.db, realm, context.publicUrl)
  const scopes = live.grant.scope.split(' ').filter((name) => client.scopes.has(name) && resources.scopes.has(name))
  return {
    realm,
    client,
    grantType: deviceCodeGrantType,
    scopes,
    audience: audienceOf(scopes, resources, issuerUrl(context.publicUrl, realm.name)),
    person: personOf(live),
    spend: (sql) => spendDeviceCode(sql, code.id),
  }
}
