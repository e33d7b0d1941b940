/** Where the realm answers (RFC 8414 §2); its discovery document says the same. */
export interface RealmEndpoints {
  readonly issuer: string
  readonly authorization: string
  readonly token: string
  readonly deviceAuthorization: string
  readonly introspection: string
  readonly revocation: string
  readonly userinfo: string
}

export function endpointsOf(realm: string): RealmEndpoints {
  const issuer = `${location.origin}/realms/${realm}`
  return {
    issuer,
    authorization: `${issuer}/authorize`,
    token: `${issuer}/token`,
    deviceAuthorization: `${issuer}/device_authorization`,
    introspection: `${issuer}/introspect`,
    revocation: `${issuer}/revoke`,
    userinfo: `${issuer}/userinfo`,
  }
}
