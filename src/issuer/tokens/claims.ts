/** A person's claims by scope (OpenID Connect Core §5.4); `role` is ours. A claim without a value is left out. */
import type { User } from '#store/users.ts'

type Claims = Readonly<Record<string, unknown>>

const BY_SCOPE: Readonly<Record<string, (user: User) => Claims>> = {
  profile: (user) => ({
    name: user.name,
    given_name: user.given_name,
    family_name: user.family_name,
    preferred_username: user.username,
    locale: user.locale,
    updated_at: user.updated_at,
  }),
  email: (user) => (user.email === null ? {} : { email: user.email, email_verified: user.email_verified }),
  phone: (user) => ({ phone_number: user.phone_number }),
  address: (user) => ({ address: user.address }),
  role: (user) => ({ roles: user.roles }),
}

export const CLAIM_NAMES = [
  'sub',
  'name',
  'given_name',
  'family_name',
  'preferred_username',
  'locale',
  'updated_at',
  'email',
  'email_verified',
  'phone_number',
  'address',
  'roles',
]

/** Claims that the granted scopes open. Tokens and answers of `system` never carry roles: rights are read, not told. */
export function claimsByScope(user: User, scopes: readonly string[], realmName: string): Record<string, unknown> {
  const claims: Record<string, unknown> = {}
  for (const scope of scopes) {
    if (scope === 'role' && realmName === 'system') continue
    for (const [name, value] of Object.entries(BY_SCOPE[scope]?.(user) ?? {})) {
      if (value !== null && value !== undefined) claims[name] = value
    }
  }
  return claims
}

/** The named claims, as far as the granted scopes open them: asking by name widens nothing. */
export function claimsByName(
  user: User,
  names: readonly string[],
  scopes: readonly string[],
  realmName: string,
): Record<string, unknown> {
  const open = claimsByScope(user, scopes, realmName)
  return Object.fromEntries(Object.entries(open).filter(([name]) => names.includes(name)))
}
