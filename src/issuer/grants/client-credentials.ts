/** Client credentials (RFC 6749 §4.4): the client acts for itself. No refresh token (§4.4.3), no OpenID scopes. */
import { issuerUrl } from '#http/doors.ts'
import { type Resources, realmResources } from '#store/resources.ts'
import { unauthorizedClient } from '../refusals.ts'
import { type Soon, soon } from '../soon.ts'
import type { Authorization } from '../tokens/authorization.ts'
import { audienceOf, resolveScopes } from '../tokens/scopes.ts'
import type { GrantRequest, Proof } from './grant.ts'

export function clientCredentials(grantRequest: GrantRequest): Soon<Proof> {
  const { context, realm } = grantRequest
  return soon(realmResources(context.db, realm, context.publicUrl), (resources) => prove(grantRequest, resources))
}

function prove(grantRequest: GrantRequest, resources: Resources): Proof {
  const { context, realm, client, parameters } = grantRequest
  if (client.token_endpoint_auth_method === 'none') {
    throw unauthorizedClient('a public client cannot act for itself', { client_id: client.client_id })
  }
  const requested = parameters.get('scope')
  const { scopes } = resolveScopes({ requested, client, resources, isClientOnly: true })
  const authorization: Authorization = {
    realm,
    client,
    grantType: 'client_credentials',
    scopes,
    audience: audienceOf(scopes, resources, issuerUrl(context.publicUrl, realm.name)),
  }
  return { authorization }
}
