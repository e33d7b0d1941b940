/** What is covered until somebody wants to see it: whoever looks on could use it. */

const secrets: ReadonlySet<string> = new Set([
  'client_secret',
  'client_assertion',
  'password',
  'code',
  'code_verifier',
  'device_code',
  'access_token',
  'refresh_token',
  'id_token',
  'token',
  'authorization',
])

export const cover = '••••••••'

export function masked(name: string, value: string, isRevealed: boolean): string {
  if (isRevealed || !secrets.has(name.toLowerCase())) return value
  const scheme = name.toLowerCase() === 'authorization' ? /^\w+ /.exec(value)?.[0] : undefined
  return `${scheme ?? ''}${cover}`
}

/** An answer's body, indented; what is no JSON stays as it came. */
export function maskedBody(body: string, isRevealed: boolean): string {
  try {
    const replace = (name: string, value: unknown) =>
      typeof value === 'string' ? masked(name, value, isRevealed) : value
    return JSON.stringify(JSON.parse(body), replace, 2)
  } catch {
    return body
  }
}
