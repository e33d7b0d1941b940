/** The Authorization header (RFC 9110 §11.4, RFC 7617 §2, RFC 6750 §2.1), read the same way by every door. */

export interface Authorization {
  /** In lower case: schemes are case-insensitive. */
  readonly scheme: string
  /** One `token68` or one list of parameters, as sent; empty when there is none. */
  readonly value: string
}

/** RFC 9110 §5.6.2 token, then exactly one space, then visible characters: RFC 6750 §2.1 and RFC 7235 agree on `1*SP`, we on one. */
const SHAPE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?: ([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?))?$/

/** `b64token` of RFC 6750 §2.1, which Basic's base64 fits as well. */
const TOKEN68 = /^[A-Za-z0-9._~+/-]+=*$/

/**
 * Absent: undefined. Schemes whose credentials are one token (`basic`, `bearer`, `dpop`) have exactly that, after
 * exactly one space: a tab, a second space, a comma or a missing value is `malformed`, not another reading (N057).
 */
export function parseAuthorization(header: string | undefined): Authorization | undefined | 'malformed' {
  if (header === undefined) return undefined
  const parts = SHAPE.exec(header)
  if (parts === null) return 'malformed'
  const scheme = (parts[1] as string).toLowerCase()
  const value = parts[2] ?? ''
  if ((scheme === 'basic' || scheme === 'bearer' || scheme === 'dpop') && !TOKEN68.test(value)) return 'malformed'
  return { scheme, value }
}
