/** What a token says by itself, read in the browser. Nothing is verified here: that is the server's word. */

export type Members = Readonly<Record<string, unknown>>

export type Decoded =
  | { readonly kind: 'jwt'; readonly header: Members; readonly claims: Members }
  /** Only the server knows what it stands for. */
  | { readonly kind: 'opaque' }
  | { readonly kind: 'broken'; readonly why: string }

/** Without the white space around it and the word `Bearer` that is often copied along. */
export function bareToken(pasted: string): string {
  return pasted.trim().replace(/^bearer\s+/i, '')
}

/** A JWT in its compact form (RFC 7519 §3, RFC 7515 §7.1). */
export function decodeToken(token: string): Decoded {
  const parts = token.split('.')
  if (parts.length === 5) return { kind: 'broken', why: 'It is encrypted (JWE): only its recipient can read it.' }
  if (parts.length !== 3) return { kind: 'opaque' }
  const [header, claims] = [membersOf(parts[0] ?? ''), membersOf(parts[1] ?? '')]
  if (header === undefined) return { kind: 'broken', why: 'It has three parts like a JWT, but the first is no header.' }
  if (claims === undefined) return { kind: 'broken', why: 'It has the header of a JWT, but its claims cannot be read.' }
  return { kind: 'jwt', header, claims }
}

function membersOf(part: string): Members | undefined {
  try {
    // Text that holds anything else than base64url is refused by `atob`, but for the two that are no part of it.
    if (/[+/]/.test(part)) return undefined
    const binary = atob(part.replaceAll('-', '+').replaceAll('_', '/'))
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0))
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : undefined
  } catch {
    return undefined
  }
}
