/**
 * The secrets that a document refers to. Nothing slow may happen in the transaction, so here, before it, each value is
 * judged, compared with what the client has, and hashed; the transaction gets a hasher that only remembers.
 */

import { referenceName } from '#contract/configuration.ts'
import { equalConstantTime, sha256Base64url } from '#crypto/hash.ts'
import type { PasswordHasher } from '#crypto/password.ts'
import { nowSeconds } from '#observe/clock.ts'
import { type Client, findClient } from '#store/clients.ts'
import type { AdminContext } from '../context.ts'
import { invalidField } from '../problem.ts'
import type { Scene, SecretValues, Section, Values } from './section.ts'
import type { Wanted, WantedEntry } from './wanted.ts'

export interface Prepared {
  /** By place in the document. */
  readonly values: ReadonlyMap<string, SecretValues>
  readonly hasher: PasswordHasher
}

/** `isDryRun`: a value that was not sent is no refusal, and nothing is hashed: what is made of it is undone. */
export async function prepareSecrets(scene: Scene, wanted: Wanted, sent: Values, isDryRun: boolean): Promise<Prepared> {
  const values = new Map<string, SecretValues>()
  const hashes = new Map<string, string>()
  for (const [section, entries] of wanted) {
    for (const entry of entries) {
      if (entry.secrets.length === 0) continue
      const { known, changed } = await secretsOf(scene, section, entry, sent, isDryRun)
      values.set(entry.path, { known: Object.fromEntries(known), changed: Object.fromEntries(changed) })
      for (const value of changed.values()) {
        if (!hashes.has(value))
          hashes.set(value, isDryRun ? 'never stored' : await scene.context.clientSecrets.hash(value))
      }
    }
  }
  return { values, hasher: remembering(scene.context.clientSecrets, hashes) }
}

async function secretsOf(scene: Scene, section: Section, entry: WantedEntry, sent: Values, isDryRun: boolean) {
  const known = new Map<string, string>()
  const changed = new Map<string, string>()
  for (const { field, path: place, schema, reference } of entry.secrets) {
    const name = referenceName(reference)
    const value = Object.hasOwn(sent, name) ? sent[name] : undefined
    if (value === undefined && isDryRun) continue
    const path = `${entry.path}.${place}`
    if (value === undefined) throw invalidField(path, 'is a reference, and its value was not sent')
    const judged = schema.safeParse(value)
    if (!judged.success) throw invalidField(path, judged.error.issues[0]?.message ?? 'is no secret')
    known.set(field, value)
    if ((await section.holds?.(scene, entry.key, field, value)) !== 'same') changed.set(field, value)
  }
  return { known, changed }
}

/** Whether that is a live secret of the client with that client_id. */
export async function holdsClientSecret(
  { context, realm }: Scene,
  clientId: string,
  value: string,
): Promise<'absent' | 'same' | 'other'> {
  const client = await findClient(context.db, realm.id, clientId)
  if (!client) return 'absent'
  return (await isSecretOf(context, client, value)) ? 'same' : 'other'
}

/** One after the other: they never fill the queue of those who authenticate. */
async function isSecretOf(context: AdminContext, client: Client, value: string): Promise<boolean> {
  const now = nowSeconds()
  for (const secret of client.secrets) {
    if (secret.expires_at !== null && secret.expires_at <= now) continue
    if (secret.kind === 'generated' && equalConstantTime(sha256Base64url(value), secret.value)) return true
    if (secret.kind === 'typed' && (await context.clientSecrets.verify(value, secret.value))) return true
  }
  return false
}

function remembering(hasher: PasswordHasher, hashes: ReadonlyMap<string, string>): PasswordHasher {
  const hash = (value: string): Promise<string> => {
    const known = hashes.get(value)
    return known === undefined ? Promise.reject(new Error('a secret was not prepared')) : Promise.resolve(known)
  }
  return { ...hasher, hash }
}
