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
import type { Scene, Section } from './section.ts'
import type { Wanted, WantedEntry } from './wanted.ts'

export interface Prepared {
  /** By place in the document: a secret to set. The others are set already, or were not named. */
  readonly values: ReadonlyMap<string, string>
  readonly hasher: PasswordHasher
}

type Values = Readonly<Record<string, string>>

/** `isDryRun`: a value that was not sent is no refusal, and nothing is hashed: what is made of it is undone. */
export async function prepareSecrets(scene: Scene, wanted: Wanted, sent: Values, isDryRun: boolean): Promise<Prepared> {
  const values = new Map<string, string>()
  const hashes = new Map<string, string>()
  for (const [section, entries] of wanted) {
    for (const entry of entries) {
      const value = valueOf(section, entry, sent, isDryRun)
      const client = value === undefined ? undefined : await holderOf(scene, section, entry)
      if (value === undefined || (client && (await isSecretOf(scene.context, client, value)))) continue
      values.set(entry.path, value)
      if (!hashes.has(value))
        hashes.set(value, isDryRun ? 'never stored' : await scene.context.clientSecrets.hash(value))
    }
  }
  return { values, hasher: remembering(scene.context.clientSecrets, hashes) }
}

function valueOf(section: Section, entry: WantedEntry, sent: Values, isDryRun: boolean): string | undefined {
  if (!section.secret || !entry.secret) return undefined
  const name = referenceName(entry.secret)
  const value = Object.hasOwn(sent, name) ? sent[name] : undefined
  const field = `${entry.path}.${section.secret.field}`
  if (value === undefined && isDryRun) return undefined
  if (value === undefined) throw invalidField(field, 'is a reference, and its value was not sent')
  const judged = section.secret.schema.safeParse(value)
  if (!judged.success) throw invalidField(field, judged.error.issues[0]?.message ?? 'is no secret')
  return value
}

async function holderOf(scene: Scene, section: Section, entry: WantedEntry): Promise<Client | undefined> {
  const clientId = section.secret?.holder(scene.realm, entry.key)
  return clientId === undefined ? undefined : await findClient(scene.context.db, scene.realm.id, clientId)
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
