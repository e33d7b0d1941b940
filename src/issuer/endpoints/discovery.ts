/**
 * Metadata (RFC 8414 §2, OpenID Connect Discovery §3), one document at all three paths. It says what the realm's clients
 * may use, never which clients exist.
 */
import { issuerUrl } from '#http/doors.ts'
import type { Response } from '#http/message.ts'
import type { Realm } from '#store/realms.ts'
import { realmResources } from '#store/resources.ts'
import { ASSERTION_ALGORITHMS } from '../assertion.ts'
import type { IssuerContext } from '../context.ts'
import { CLAIM_NAMES } from '../tokens/claims.ts'
import { grantTypesOf } from './token.ts'

const CACHE_SECONDS = 300
const SECRET_METHODS = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'client_secret_jwt']

export async function discovery(context: IssuerContext, realm: Realm): Promise<Response> {
  const issuer = issuerUrl(context.publicUrl, realm.name)
  const resources = await realmResources(context.db, realm, context.publicUrl)
  const metadata = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    device_authorization_endpoint: `${issuer}/device_authorization`,
    jwks_uri: `${issuer}/jwks`,
    userinfo_endpoint: `${issuer}/userinfo`,
    introspection_endpoint: `${issuer}/introspect`,
    revocation_endpoint: `${issuer}/revoke`,
    end_session_endpoint: `${issuer}/logout`,
    // Those of OpenID Connect: which scopes an API has is for the API to say (RFC 9728 §2).
    scopes_supported: [...resources.scopes.values()].filter((scope) => scope.api_id === null).map(({ name }) => name),
    response_types_supported: ['code'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    grant_types_supported: grantTypesOf(realm),
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256', 'ES256'],
    token_endpoint_auth_methods_supported: [...SECRET_METHODS, 'none'],
    token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    introspection_endpoint_auth_methods_supported: SECRET_METHODS,
    introspection_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    revocation_endpoint_auth_methods_supported: [...SECRET_METHODS, 'none'],
    revocation_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    code_challenge_methods_supported: ['S256'],
    claim_types_supported: ['normal'],
    claims_supported: CLAIM_NAMES,
    claims_parameter_supported: true,
    prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
    display_values_supported: ['page'],
    ui_locales_supported: ['en'],
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    authorization_response_iss_parameter_supported: true,
  }
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': `public, max-age=${CACHE_SECONDS}` },
    body: JSON.stringify(metadata),
  }
}
