/** What a foreign client library needs around it: its registration here, its key, and what its callback receives. */
import { exportJWK, type GenerateKeyPairOptions, generateKeyPair } from 'jose'
import type { NewClient } from '#store/client-changes.ts'
import { formsOf, type Page } from '../browser.ts'
import { addClient, type Credentials } from '../clients.ts'
import type { House } from '../house.ts'

export const CALLBACK = 'https://app.example/callback'
export const AFTERWARDS = 'https://app.example/bye'

let registered = 0

/** Registers a client that may do everything, with a name of its own; `fields` say what is special about it. */
export function register(house: House, fields: Partial<NewClient> = {}, secret?: string): Promise<Credentials> {
  return addClient(
    house,
    {
      client_id: `app ${++registered}: ü%+&`,
      redirect_uris: [CALLBACK],
      post_logout_redirect_uris: [AFTERWARDS],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      scope: 'openid profile email offline_access',
      ...fields,
    },
    secret,
  )
}

export interface AssertionKey {
  readonly kid: string
  readonly privateKey: CryptoKey
  /** To be registered. */
  readonly jwks: NonNullable<NewClient['jwks']>
}

/** A key pair for `private_key_jwt`; `alg` as JOSE names it. */
export async function assertionKey(alg: string): Promise<AssertionKey> {
  const options: GenerateKeyPairOptions = { extractable: true }
  const { publicKey, privateKey } = await generateKeyPair(alg, options)
  const kid = `key of ${alg}`
  return { kid, privateKey, jwks: { keys: [{ ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }] } }
}

/**
 * What the callback hands to its library: the URL that was opened there, or the form that the browser would post there.
 * What came in a fragment stands in the query: only a script sees a fragment, and that is how it sends it on.
 */
export function delivered(page: Page): URL | Request {
  if (page.isElsewhere) return withoutFragment(page.url)
  const [form] = formsOf(page)
  if (!form || form.action.origin !== new URL(CALLBACK).origin) {
    throw new Error(`the flow stopped at ${page.url.href} (${page.status}):\n${page.body}`)
  }
  return new Request(form.action, { method: form.method, body: new URLSearchParams(form.fields) })
}

function withoutFragment(from: URL): URL {
  const url = new URL(from)
  url.hash = ''
  for (const [name, value] of new URLSearchParams(from.hash.slice(1))) url.searchParams.append(name, value)
  return url
}

/** The parameters of an answer, wherever they came. */
export async function answered(page: Page): Promise<URLSearchParams> {
  const callback = delivered(page)
  return callback instanceof Request ? new URLSearchParams(await callback.text()) : callback.searchParams
}
