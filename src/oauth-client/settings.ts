/** What a request to a foreign server is made from: everything decided, every secret open. Knows no rows. */
import type { EgressRequest, EgressResponse } from '#http/egress.ts'
import type { Profile } from './profile.ts'

/** `token`: every token request that is no refresh. */
export type Leg = 'authorize' | 'token' | 'refresh'

export interface Parameter {
  readonly name: string
  readonly value: string
  /** Without one the parameter goes with every leg. */
  readonly leg?: Leg
  readonly secret?: boolean
}

export type AssertionAlg = 'HS256' | 'RS256' | 'ES256' | 'PS256'

interface AssertionShape {
  /** Seconds until `exp`. */
  readonly lifetime_seconds: number
  /** The token URL, the issuer, or a text of its own. */
  readonly audience: 'token_endpoint' | 'issuer' | { readonly value: string }
  /** Beside or in place of `iss`, `sub`, `aud`, `iat`, `exp`, `jti`. */
  readonly claims: Readonly<Record<string, unknown>>
}

export interface KeyAssertion extends AssertionShape {
  readonly alg: 'RS256' | 'ES256' | 'PS256'
  readonly kid: string | null
  /** PEM (PKCS#8, PKCS#1 or SEC 1), not encrypted. */
  readonly private_key: string
}

export interface SecretAssertion extends AssertionShape {
  readonly client_secret: string
}

/** How we say who we are (RFC 6749 §2.3, RFC 7523 §2.2, RFC 8705 §2). */
export type Authentication =
  | { readonly method: 'client_secret_post'; readonly client_secret: string }
  | {
      readonly method: 'client_secret_basic'
      readonly client_secret: string
      /** `strict`: form-encoded as RFC 6749 §2.3.1 asks; `loose`: as they are, for servers that do not decode. */
      readonly encoding: 'strict' | 'loose'
    }
  | ({ readonly method: 'client_secret_jwt' } & SecretAssertion)
  | ({ readonly method: 'private_key_jwt' } & KeyAssertion)
  | {
      readonly method: 'tls_client_auth'
      /** PEM: the client's certificate and its chain, and its key. */
      readonly certificate: string
      readonly private_key: string
    }
  | { readonly method: 'none' }

export type Prompt = 'consent' | 'login' | 'select_account' | 'none'

export interface ServerSettings {
  readonly token_endpoint: string
  readonly authorization_endpoint: string | null
  /** Where refreshing has a URL of its own; absent or null: the token endpoint. */
  readonly refresh_endpoint?: string | null
  readonly revocation_endpoint: string | null
  readonly introspection_endpoint: string | null
  readonly userinfo_endpoint: string | null
  readonly issuer: string | null
  /** The server says that its callbacks carry `iss` (RFC 9207 §3): one without it is refused. */
  readonly iss_in_callback?: boolean
  readonly client_id: string
  /** Where users come back to: for templates and claims that name it. */
  readonly redirect_uri?: string
  readonly authentication: Authentication
  /**
   * The assertion of the grant `jwt_bearer` (RFC 7523 §2.1). Absent or null: the key of a JWT authentication method
   * signs it, and the client is not authenticated beside it.
   */
  readonly assertion?: KeyAssertion | null
  /** Space-delimited, as the administrator wrote it. */
  readonly scope: string
  /** Whether token requests name the scope. */
  readonly include_scope: boolean
  readonly query_parameters: readonly Parameter[]
  readonly post_parameters: readonly Parameter[]
  readonly request_refresh_token: boolean
  readonly prompt: Prompt | null
  readonly pkce: boolean
  readonly profile: Profile
}

/** Values that were kept of earlier callbacks and answers, by the profile's names. */
export type Kept = Readonly<Record<string, string>>

export type GrantRequest = (
  | { readonly type: 'client_credentials' }
  | {
      readonly type: 'authorization_code'
      readonly code: string
      readonly redirect_uri: string
      readonly code_verifier?: string
      readonly state?: string
    }
  | {
      readonly type: 'refresh_token'
      /** Empty where the profile renews with the access token. */
      readonly refresh_token: string
      readonly access_token?: string
    }
  | { readonly type: 'password'; readonly username: string; readonly password: string }
  | { readonly type: 'jwt_bearer' }
) & { readonly kept?: Kept }

/** The way out of the house, bound to a realm. Throws `EgressError`. */
export type WayOut = (url: string, request: Omit<EgressRequest, 'realm'>) => Promise<EgressResponse>
