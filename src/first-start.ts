/**
 * What a new installation begins with: keys, the realms `system` and `default`, the default clients, the administrator.
 * Every step asks first whether it is done, and unique names decide between two nodes, so a start that was cut off goes
 * on where it stopped. Once all is done only the bootstrap secret is looked at again: starting again changes nothing.
 * A generated secret is in its file before it is in the database, so that none is ever lost.
 * Does not own: signing keys (the issuer makes them) and what is printed (main does).
 */
import { join, relative } from 'node:path'
import { sha256Base64url } from '#crypto/hash.ts'
import { createPasswordHasher } from '#crypto/password.ts'
import { randomId, randomSecret, randomToken } from '#crypto/random.ts'
import type { Seal } from '#crypto/seal.ts'
import { readOrCreateSecretFile, readSecretFile, removeSecretFile } from '#crypto/secret-file.ts'
import { nowSeconds } from '#observe/clock.ts'
import { systemActor } from '#store/audit.ts'
import { createClient } from '#store/client-changes.ts'
import { type Client, findClient } from '#store/clients.ts'
import { findPassword } from '#store/credentials.ts'
import type { Database } from '#store/database.ts'
import { quickStartClient, systemClients } from '#store/default-clients.ts'
import { addFact, readFact } from '#store/facts.ts'
import { type MasterKeyConfig, openSeal } from '#store/master-key.ts'
import { createRealm, findRealm, type NewRealm, type Realm } from '#store/realms.ts'
import { createUser } from '#store/user-changes.ts'
import { findUserByLogin } from '#store/users.ts'
import { settleBootstrapClient } from './bootstrap-client.ts'

export interface FirstStartConfig extends MasterKeyConfig {
  /** Without a trailing slash. */
  readonly publicUrl: string
  readonly adminPassword: string | undefined
  readonly bootstrapClientSecret: string | undefined
}

export interface FirstStartContext {
  readonly db: Database
  readonly config: FirstStartConfig
  /** Whether the administrator's password may be shown, once; else it goes to a file. */
  readonly isTerminal?: boolean
}

/** How the administrator signs in for the first time. */
export type AdminSignIn =
  | { readonly username: string; readonly password: string }
  | { readonly username: string; readonly passwordFile: string }

export interface FirstStartReport {
  readonly seal: Seal
  readonly instanceId: string
  /** This start made the installation. */
  readonly isFirst: boolean
  readonly consoleUrl: string
  /** While the generated password waits to be changed; a terminal gets it from the start that made it only. */
  readonly admin: AdminSignIn | undefined
  /** A line for a shell that fetches a first token; undefined where its client or its file is gone. */
  readonly firstTokenCommand: string | undefined
}

const ADMIN = 'admin'
const DONE = 'first_start_done_at'

const systemRealm: NewRealm = { name: 'system', display_name: 'Sallyport', token_validity: 900 }
const defaultRealm: NewRealm = { name: 'default', display_name: 'Default' }

/** Throws `StartRefused` with a sentence for the operator. */
export async function firstStart(context: FirstStartContext): Promise<FirstStartReport> {
  const { db, config } = context
  const seal = await openSeal(db, config)
  const instanceId = await addFact(db.sql, 'instance_id', randomId())
  const isFirst = (await readFact(db.sql, DONE)) === undefined
  const printed = isFirst ? await makeInstallation(context) : undefined
  const system = await findRealm(db, systemRealm.name)
  if (system) await settleBootstrapClient(db, config, system.id, isFirst)
  if (isFirst) await addFact(db.sql, DONE, String(nowSeconds()))
  return {
    seal,
    instanceId,
    isFirst,
    consoleUrl: `${config.publicUrl}/console/`,
    admin: printed ?? (system && (await waitingAdmin(context, system))),
    firstTokenCommand: await firstTokenCommand(context),
  }
}

async function makeInstallation(context: FirstStartContext): Promise<AdminSignIn | undefined> {
  const { db } = context
  const system = await ensureRealm(db, systemRealm)
  const ordinary = await ensureRealm(db, defaultRealm)
  if (system) {
    for (const client of systemClients) {
      if (!(await findClient(db, system.id, client.client_id))) await createClient(db, systemActor, system.id, client)
    }
  }
  if (ordinary) await ensureQuickStart(context, ordinary)
  return system && ensureAdmin(context, system)
}

/** undefined: the name was given out before and the realm has ended. */
async function ensureRealm(db: Database, input: NewRealm): Promise<Realm | undefined> {
  const present = await findRealm(db, input.name)
  if (present) return present
  const created = await createRealm(db, systemActor, input)
  return created === 'taken' ? findRealm(db, input.name) : created
}

async function ensureQuickStart({ db, config }: FirstStartContext, realm: Realm): Promise<void> {
  if (await findClient(db, realm.id, quickStartClient.client_id)) return
  const path = quickStartFile(config)
  const { text, isNew } = readOrCreateSecretFile(path, randomSecret)
  const secret = { kind: 'generated', value: sha256Base64url(text), label: 'first start' } as const
  const created = await createClient(db, systemActor, realm.id, { ...quickStartClient, secret })
  // Another node was first, and its file has the secret that counts.
  if (created === 'taken' && isNew && !(await quickStartWith(db, text))) removeSecretFile(path)
}

/** The administrator, with the password that was asked for, which is final, or with a generated one to be changed. */
async function ensureAdmin(context: FirstStartContext, system: Realm): Promise<AdminSignIn | undefined> {
  const { db, config, isTerminal = process.stdout.isTTY } = context
  if (await findUserByLogin(db, system.id, ADMIN)) return undefined
  const hasher = createPasswordHasher({ concurrency: 1 })
  const admin = { username: ADMIN, name: 'Administrator', roles: [ADMIN] }
  if (config.adminPassword !== undefined) {
    const password_hash = await hasher.hash(config.adminPassword)
    await createUser(db, systemActor, system.id, { ...admin, password_hash })
    return undefined
  }
  const path = adminFile(config)
  // 120 bits in 20 characters: people type it.
  const { text: password, isNew } = readOrCreateSecretFile(path, () => randomToken(15))
  const password_hash = await hasher.hash(password)
  const created = await createUser(db, systemActor, system.id, { ...admin, password_hash, must_change_password: true })
  if (created === 'taken') {
    // Another process was first. It has read this file, or else its own has the password that counts.
    const user = await findUserByLogin(db, system.id, ADMIN)
    const stored = user && (await findPassword(db, user.id))
    if (isNew && !(stored && (await hasher.verify(password, stored.value)))) removeSecretFile(path)
    return undefined
  }
  if (!isTerminal) return { username: ADMIN, passwordFile: path }
  removeSecretFile(path)
  return { username: ADMIN, password }
}

/** The administrator whose generated password still lies in its file and was never changed. */
async function waitingAdmin({ db, config }: FirstStartContext, system: Realm): Promise<AdminSignIn | undefined> {
  const passwordFile = adminFile(config)
  if (readSecretFile(passwordFile) === undefined) return undefined
  const user = await findUserByLogin(db, system.id, ADMIN)
  return user?.must_change_password ? { username: ADMIN, passwordFile } : undefined
}

async function firstTokenCommand({ db, config }: FirstStartContext): Promise<string | undefined> {
  const path = quickStartFile(config)
  const secret = readSecretFile(path)
  if (secret === undefined || !(await quickStartWith(db, secret))) return undefined
  const near = relative(process.cwd(), path)
  const shown = near.startsWith('..') ? path : near
  const quoted = /^[\w./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", "'\\''")}'`
  const url = `${config.publicUrl}/realms/${defaultRealm.name}/token`
  return `curl -u "${quickStartClient.client_id}:$(cat ${quoted})" -d grant_type=client_credentials ${url}`
}

/** The client, if it is enabled and that is its secret. */
async function quickStartWith(db: Database, secret: string): Promise<Client | undefined> {
  const realm = await findRealm(db, defaultRealm.name)
  const client = realm && (await findClient(db, realm.id, quickStartClient.client_id))
  const hash = sha256Base64url(secret)
  return client?.enabled && client.secrets.some((live) => live.value === hash) ? client : undefined
}

function quickStartFile(config: FirstStartConfig): string {
  return join(config.dataDir, 'quick-start.secret')
}

function adminFile(config: FirstStartConfig): string {
  return join(config.dataDir, 'admin.password')
}
