/** How an access token is put into a call of their API (RFC 6750 §2, or as the profile says). */
import type { Profile } from './profile.ts'
import { withQuery } from './token-request.ts'

export interface Placed {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

export function placeToken({ placement }: Profile, token: string, url: string): Placed {
  if (placement?.in === 'query') return { url: withQuery(url, [[placement.name, token]]), headers: {} }
  if (placement?.in === 'header') {
    return { url, headers: { [placement.name.toLowerCase()]: `${placement.prefix ?? ''}${token}` } }
  }
  return { url, headers: { authorization: `Bearer ${token}` } }
}
