/**
 * The one spelling of bytes that tokens and keys may use: base64url without padding (RFC 7515 §2), canonical: no
 * foreign characters, no left-over bits, so that two different texts never mean the same bytes (RFC 4648 §3.5).
 */

const alphabet = /^[A-Za-z0-9_-]*$/

/** The bytes, or undefined where the text is not canonical base64url. */
export function decodeBase64url(text: string): Buffer | undefined {
  if (text.length % 4 === 1 || !alphabet.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64url')
  const tail = text.length % 4
  if (tail === 0) return bytes
  // Only the last group can carry left-over bits.
  return bytes.toString('base64url', bytes.length - (tail - 1)) === text.slice(-tail) ? bytes : undefined
}
