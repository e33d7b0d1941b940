/** What a snippet is about: a client, a realm and what the program does. */
import { type Client, deviceCodeGrant } from '#contract/client.ts'
import { issuerOf } from '../client-env.ts'

export const startGrants = [
  'authorization_code',
  'client_credentials',
  deviceCodeGrant,
  'password',
  'refresh_token',
] as const
export type Grant = (typeof startGrants)[number]

export interface Place {
  readonly issuer: string
  readonly clientId: string
  readonly method: Client['token_endpoint_auth_method']
  /** Space-delimited; empty: what the client may have. */
  readonly scope: string
  readonly redirectUri: string
}

/** One program for each grant. */
export type Snippets = Readonly<Record<Grant, (place: Place) => string>>

export function placeOf(realm: string, client: Client, grant: Grant): Place {
  const scopes = client.scope.split(' ').filter((scope) => scope !== '')
  // There is nobody for an ID token to be about.
  const asked = grant === 'client_credentials' ? scopes.filter((scope) => !ofUsers.has(scope)) : scopes
  return {
    issuer: issuerOf(realm),
    clientId: client.client_id,
    method: client.token_endpoint_auth_method,
    scope: asked.join(' '),
    redirectUri: client.redirect_uris.find((uri) => !uri.endsWith('/console/try')) ?? 'https://app.example/callback',
  }
}

const ofUsers: ReadonlySet<string> = new Set(['openid', 'profile', 'email', 'phone', 'address', 'offline_access'])

export function hasAssertion({ method }: Place): boolean {
  return method === 'private_key_jwt' || method === 'client_secret_jwt'
}

/** A name as Basic takes it (RFC 6749 §2.3.1): the usual ones are as they were. */
export function basicName(clientId: string): string {
  return encodeURIComponent(clientId)
}

/** A string of JavaScript, Python, Go or Java: what is written here is ASCII or escaped alike in all of them. */
export function quoted(text: string): string {
  return JSON.stringify(text)
}

export function single(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`
}

/** A word of a POSIX shell. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** Lines, without those that are left out. */
export function lines(...of: readonly (string | false | undefined)[]): string {
  return of.filter((line) => line !== false && line !== undefined).join('\n')
}
