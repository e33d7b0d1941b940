/**
 * Whether a client's secret is right. Generated ones (256 bits) are compared as SHA-256: nobody guesses them, so nothing
 * is counted. Typed ones are argon2id behind a throttle, and a success is remembered in memory only, under a key that
 * lives and dies with the process.
 */
import { randomBytes } from 'node:crypto'
import { equalConstantTime, hmacSha256, sha256Base64url } from '#crypto/hash.ts'
import type { Seal } from '#crypto/seal.ts'
import type { Request } from '#http/message.ts'
import { checkAttempt, forgive, giveBack, networkOf, type ThrottleKey, throttleKey } from '#login/throttle.ts'
import { nowSeconds } from '#observe/clock.ts'
import type { ClientSecret } from '#store/client-secrets.ts'
import type { Client } from '#store/clients.ts'
import type { AttemptLimit } from '#store/login-failures.ts'
import type { Realm } from '#store/realms.ts'
import type { IssuerContext } from './context.ts'
import { tooManyAttempts } from './refusals.ts'

/** Where a sealed secret lives: sealing and opening must name the same place. */
export const secretContext = (realmId: string, secretId: string) => ({
  realm: realmId,
  table: 'client_secrets',
  row: secretId,
  field: 'value',
})

export function openSecret(seal: Seal, realm: Realm, secret: ClientSecret): string {
  return seal.open(secret.value, secretContext(realm.id, secret.id)).toString('utf8')
}

const rememberKey = randomBytes(32)
const REMEMBERED_LIMIT = 1000
/** HMAC of (secret row, its stored value, what was presented): the live row is read again at each hit. */
const remembered = new Set<string>()

/**
 * True where one of the presented texts is one of the client's live secrets. Answers at once, without a promise, where
 * only generated secrets are in play. Refuses with 429 where typed ones were guessed at too often.
 */
export function verifyClientSecret(
  context: IssuerContext,
  request: Request,
  client: Client,
  presented: readonly string[],
): boolean | Promise<boolean> {
  const now = nowSeconds()
  let hasTyped = false
  for (const secret of client.secrets) {
    if (secret.expires_at !== null && secret.expires_at <= now) continue
    if (secret.kind === 'typed') hasTyped = true
    else if (secret.kind === 'generated' && presented.some((text) => isGenerated(secret, text))) {
      context.activity.secretUsed(secret.id)
      return true
    }
  }
  return hasTyped && verifyTyped(context, request, client, presented, now)
}

const isGenerated = (secret: ClientSecret, presented: string): boolean =>
  equalConstantTime(sha256Base64url(presented), secret.value)

async function verifyTyped(
  context: IssuerContext,
  request: Request,
  client: Client,
  presented: readonly string[],
  now: number,
): Promise<boolean> {
  const live = client.secrets.filter(
    (secret) => secret.kind === 'typed' && (secret.expires_at === null || secret.expires_at > now),
  )
  const pairs = live.flatMap((secret) => presented.map((text) => ({ secret, text, mark: markOf(secret, text) })))
  const known = pairs.find(({ mark }) => remembered.has(mark))
  if (known !== undefined) {
    context.activity.secretUsed(known.secret.id)
    return true
  }
  const keys = throttleKeys(client, request)
  const waitSeconds = await checkAttempt(context.db, keys)
  if (waitSeconds > 0) throw tooManyAttempts(waitSeconds, { client_id: client.client_id, address: request.address })
  try {
    for (const { secret, text, mark } of pairs) {
      if (await context.clientSecrets.verify(text, secret.value)) {
        remember(mark)
        context.activity.secretUsed(secret.id)
        await forgive(context.db, keys)
        return true
      }
    }
  } catch (fault) {
    await giveBack(context.db, keys)
    throw fault
  }
  return false
}

const QUARTER_SECONDS = 900
const PER_CLIENT: AttemptLimit = {
  failures: 20,
  windowSeconds: QUARTER_SECONDS,
  firstDelaySeconds: 5,
  longestDelaySeconds: QUARTER_SECONDS,
}

/** A client guessed at from one address does not slow the client itself, which calls from another. */
function throttleKeys(client: Client, request: Request): readonly ThrottleKey[] {
  const place = `${client.id} ${networkOf(request.address)}`
  return [throttleKey(client.realm_id, 'client', place, PER_CLIENT)]
}

const markOf = (secret: ClientSecret, presented: string): string =>
  hmacSha256(rememberKey, JSON.stringify([secret.id, secret.value, presented])).toString('base64url')

function remember(mark: string): void {
  if (remembered.size >= REMEMBERED_LIMIT) remembered.clear()
  remembered.add(mark)
}
