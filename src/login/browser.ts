/**
 * Which browser is it? A random value in a cookie of the realm: an authorization request keeps its hash, so that only
 * the browser that began one can go on with it, and the tokens of our forms are made under it. It says nothing about
 * who sits there: that is the session's.
 */
import { equalConstantTime, sha256Base64url } from '#crypto/hash.ts'
import { randomToken } from '#crypto/random.ts'
import { cookieName, forgetCookie, printCookie, readCookie } from '#http/cookies.ts'
import type { Request } from '#http/message.ts'

export interface Browser {
  /** What the cookie holds: never into a page, a log or a row. */
  readonly value: string
  /** What an authorization request keeps. */
  readonly hash: string
  /** Present when the browser is new: to be sent with the answer. */
  readonly setCookie?: string
}

/** 256 bits as `randomToken` prints them; anything else was not made here. */
const tokenShape = /^[A-Za-z0-9_-]{43}$/

type Purpose = 'browser' | 'session'

/** The browser's cookie of that realm and purpose, if it is one that we could have made. */
export function readRealmCookie(
  request: Request,
  publicUrl: string,
  realmName: string,
  purpose: Purpose,
): string | undefined {
  const name = cookieName(purpose, realmName, isSecure(publicUrl))
  const value = readCookie(request.headers['cookie'], name)
  return value !== undefined && tokenShape.test(value) ? value : undefined
}

/** A `Set-Cookie` that ends with the browser: how long a session lives is the row's business. */
export function realmCookie(publicUrl: string, realmName: string, purpose: Purpose, value: string): string {
  const secure = isSecure(publicUrl)
  return printCookie(cookieName(purpose, realmName, secure), value, { secure })
}

export function clearedRealmCookie(publicUrl: string, realmName: string, purpose: Purpose): string {
  const secure = isSecure(publicUrl)
  return forgetCookie(cookieName(purpose, realmName, secure), secure)
}

/** The browser that the request comes from; a new one gets its cookie with the answer. */
export function ensureBrowser(request: Request, publicUrl: string, realmName: string): Browser {
  const known = readRealmCookie(request, publicUrl, realmName, 'browser')
  if (known !== undefined) return { value: known, hash: sha256Base64url(known) }
  const value = randomToken()
  const cookie = realmCookie(publicUrl, realmName, 'browser', value)
  return { value, hash: sha256Base64url(value), setCookie: cookie }
}

/** The browser that began the stored request; undefined: this is another one. */
export function sameBrowser(
  stored: { readonly browser_hash: string },
  request: Request,
  publicUrl: string,
  realmName: string,
): Browser | undefined {
  const value = readRealmCookie(request, publicUrl, realmName, 'browser')
  if (value === undefined) return undefined
  const hash = sha256Base64url(value)
  return equalConstantTime(hash, stored.browser_hash) ? { value, hash } : undefined
}

function isSecure(publicUrl: string): boolean {
  return publicUrl.startsWith('https:')
}
