/**
 * The client `sallyport-bootstrap` follows the configuration at every start: it has the configured secret, or the one in
 * its file, and without either it is disabled. A secret that changed is rotated, the old one ends at once.
 */
import { join } from 'node:path'
import { sha256Base64url } from '#crypto/hash.ts'
import { createPasswordHasher, type PasswordHasher } from '#crypto/password.ts'
import { randomSecret } from '#crypto/random.ts'
import { readOrCreateSecretFile, readSecretFile, StartRefused } from '#crypto/secret-file.ts'
import { systemActor } from '#store/audit.ts'
import { createClient, updateClient } from '#store/client-changes.ts'
import { addClientSecret, type NewSecret } from '#store/client-secrets.ts'
import { type Client, findClient } from '#store/clients.ts'
import type { Database } from '#store/database.ts'
import { bootstrapClient } from '#store/default-clients.ts'

export interface BootstrapConfig {
  readonly dataDir: string
  readonly bootstrapClientSecret: string | undefined
}

const SHORTEST_SECRET = 32

interface Wanted {
  readonly text: string
  /** Made by us: 256 bits, kept as SHA-256. What somebody chose is kept as argon2id. */
  readonly isGenerated: boolean
}

export async function settleBootstrapClient(
  db: Database,
  config: BootstrapConfig,
  realmId: string,
  isFirst: boolean,
): Promise<void> {
  const wanted = wantedSecret(db, config, isFirst)
  const hasher = createPasswordHasher({ concurrency: 1 })
  const client =
    (await findClient(db, realmId, bootstrapClient.client_id)) ?? (await create(db, realmId, hasher, wanted))
  if (!client) return
  if (client.enabled !== (wanted !== undefined)) {
    await updateClient(db, systemActor, realmId, client.client_id, () => ({ enabled: wanted !== undefined }))
  }
  if (wanted && !(await hasSecret(client, hasher, wanted.text))) {
    await addClientSecret(db, systemActor, client, await secretOf(hasher, wanted), 0)
  }
}

/** Another node may create it at the same moment: then its client is answered. */
async function create(
  db: Database,
  realmId: string,
  hasher: PasswordHasher,
  wanted: Wanted | undefined,
): Promise<Client | undefined> {
  const secret = wanted && (await secretOf(hasher, wanted))
  const input = { ...bootstrapClient, enabled: wanted !== undefined, ...(secret && { secret }) }
  const created = await createClient(db, systemActor, realmId, input)
  return created === 'taken' ? findClient(db, realmId, bootstrapClient.client_id) : created
}

function wantedSecret(db: Database, config: BootstrapConfig, isFirst: boolean): Wanted | undefined {
  if (config.bootstrapClientSecret !== undefined) {
    return checked({ text: config.bootstrapClientSecret, isGenerated: false }, 'SALLYPORT_BOOTSTRAP_CLIENT_SECRET')
  }
  if (db.engine === 'postgres') return undefined
  const path = join(config.dataDir, 'bootstrap.secret')
  if (!isFirst) {
    const text = readSecretFile(path)
    return text === undefined ? undefined : checked({ text, isGenerated: false }, path)
  }
  const { text, isNew } = readOrCreateSecretFile(path, randomSecret)
  return checked({ text, isGenerated: isNew }, path)
}

function checked(wanted: Wanted, from: string): Wanted {
  if (wanted.text.length >= SHORTEST_SECRET) return wanted
  throw new StartRefused(`${from}: the bootstrap secret must have at least ${SHORTEST_SECRET} characters`)
}

async function secretOf(hasher: PasswordHasher, { text, isGenerated }: Wanted): Promise<NewSecret> {
  const label = 'first start'
  if (isGenerated) return { kind: 'generated', value: sha256Base64url(text), label }
  return { kind: 'typed', value: await hasher.hash(text), label: 'configured' }
}

async function hasSecret(client: Client, hasher: PasswordHasher, text: string): Promise<boolean> {
  for (const secret of client.secrets) {
    if (secret.kind === 'generated' && secret.value === sha256Base64url(text)) return true
    if (secret.kind === 'typed' && (await hasher.verify(text, secret.value))) return true
  }
  return false
}
