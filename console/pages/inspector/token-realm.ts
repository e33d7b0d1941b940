/** The realm that an issuer names; undefined: it is not one of this installation. */
export function realmNamedBy(issuer: unknown): string | undefined {
  const before = `${location.origin}/realms/`
  if (typeof issuer !== 'string' || !issuer.startsWith(before)) return undefined
  return issuer.slice(before.length)
}
