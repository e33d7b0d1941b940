/**
 * The public keys that a client registered, by value or by address (RFC 7591 §2: `jwks` or `jwks_uri`). Keys from an
 * address are kept for a while and fetched again when an assertion names one that is not among them, but not often: an
 * attacker may name any key.
 */
import { parseStrictJson } from '#crypto/strict-json.ts'
import { EgressError } from '#http/egress.ts'
import { nowSeconds } from '#observe/clock.ts'
import type { Client, JsonWebKeySet } from '#store/clients.ts'
import type { Realm } from '#store/realms.ts'
import type { IssuerContext } from './context.ts'
import { isOwnClient } from './own-client.ts'
import { invalidClient } from './refusals.ts'

type Keys = JsonWebKeySet['keys']

const KEPT_SECONDS = 600
const SHORTEST_PAUSE_SECONDS = 30
const TIMEOUT_MS = 5000
const LONGEST_BYTES = 64 * 1024
const MOST_KEYS = 50
const KEPT_ENTRIES = 1000

interface Fetched {
  /** A promise: callers that come while it is fetched share it. */
  readonly keys: Promise<Keys>
  readonly at: number
}

const fetched = new Map<string, Fetched>()

/** Keys for an assertion that names `kid`; refuses with `invalid_client` where they cannot be had. */
export async function clientKeySet(
  context: IssuerContext,
  realm: Realm,
  client: Client,
  kid: string | undefined,
): Promise<Keys> {
  if (isOwnClient(client)) return [context.ownClient.publicJwk]
  if (client.jwks_uri === null) return client.jwks?.keys ?? []
  const place = `${client.id} ${client.jwks_uri}`
  const known = fetched.get(place)
  const age = nowSeconds() - (known?.at ?? 0)
  if (known !== undefined && age < KEPT_SECONDS) {
    const keys = await known.keys
    const isKnown = kid === undefined || keys.some((key) => key['kid'] === kid)
    if (isKnown || age < SHORTEST_PAUSE_SECONDS) return keys
  }
  const keys = fetchKeys(context, realm, client, client.jwks_uri)
  remember(place, { keys, at: nowSeconds() })
  return await keys
}

/** What failed is kept too: whoever cannot be reached is not asked at every request. */
function remember(place: string, entry: Fetched): void {
  if (fetched.size >= KEPT_ENTRIES) fetched.clear()
  entry.keys.catch(() => undefined)
  fetched.set(place, entry)
}

async function fetchKeys(context: IssuerContext, realm: Realm, client: Client, url: string): Promise<Keys> {
  const refused = (why: string) =>
    invalidClient('the keys of this client cannot be had from its jwks_uri', { client_id: client.client_id, url, why })
  try {
    const options = { realm: realm.name, timeoutMs: TIMEOUT_MS, maxBytes: LONGEST_BYTES }
    const answer = await context.egress.fetch(url, options)
    if (answer.status !== 200) throw refused(`status ${answer.status}`)
    const keys = readKeys(answer.body.toString('utf8'))
    if (keys === undefined) throw refused('not a JSON Web Key Set')
    return keys
  } catch (error) {
    if (error instanceof EgressError) throw refused(error.message)
    throw error
  }
}

/** RFC 7517 §5: keys that are not understood are left out. */
function readKeys(text: string): Keys | undefined {
  const set = parseStrictJson(text)
  if (typeof set !== 'object' || set === null || !('keys' in set) || !Array.isArray(set.keys)) return undefined
  const keys: readonly unknown[] = set.keys.slice(0, MOST_KEYS)
  return keys.filter(
    (key): key is Keys[number] =>
      typeof key === 'object' && key !== null && 'kty' in key && typeof key.kty === 'string',
  )
}
