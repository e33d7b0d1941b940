/** What sessions say in the words of protocols, for people. */

const browsers = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
] as const

const systems = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
] as const

/** `Chrome, Linux`; what is unknown as it was said. A guess: a browser says of itself what it wants. */
export function browserOf(userAgent: string): string {
  const browser = browsers.find(([pattern]) => pattern.test(userAgent))?.[1]
  const system = systems.find(([pattern]) => pattern.test(userAgent))?.[1]
  return [browser, system].filter(Boolean).join(', ') || userAgent || 'Unknown'
}

/** RFC 8176 §2. */
const ways: Readonly<Record<string, string>> = { pwd: 'password', otp: 'one-time code', mfa: 'two factors' }

export function waysOf(amr: readonly string[]): string {
  return amr.map((way) => ways[way] ?? way).join(', ')
}
