/**
 * Digests: what the store keeps of a generated secret, code or token, and how two of them are compared.
 * Only for values of at least 128 random bits; what people type goes through password.ts.
 */
import { createHmac, hash, timingSafeEqual } from 'node:crypto'

/** SHA-256 of the text's UTF-8 octets: 32 bytes. */
export function sha256(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

/** SHA-256 as 43 characters of base64url; also the S256 code challenge of a verifier (RFC 7636 §4.2). */
export function sha256Base64url(text: string): string {
  return hash('sha256', text, 'base64url')
}

/** The first 8 hex digits of SHA-256: lets people tell two secrets apart without seeing either. */
export function fingerprint(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 8)
}

/** Whether two texts are equal, in a time that tells neither where they differ nor, by a shortcut, that lengths do. */
export function equalConstantTime(a: string, b: string): boolean {
  return timingSafeEqual(sha256(a), sha256(b))
}

/** HMAC-SHA-256 (RFC 2104) of the text's UTF-8 octets: 32 bytes. */
export function hmacSha256(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
