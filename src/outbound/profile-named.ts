import type { Profile } from '#oauth-client/profile.ts'

const shipped: readonly Profile[] = [
  { name: 'oauth2', title: 'OAuth 2.0', openid: false, defaults: {} },
  { name: 'oidc', title: 'OpenID Connect', openid: true, defaults: {} },
]
const byName = new Map(shipped.map((profile) => [profile.name, profile]))

/** undefined: no such profile in this version. */
export function profileNamed(name: string): Profile | undefined {
  return byName.get(name)
}
