import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sha256Base64url } from '#crypto/hash.ts'
import { createPasswordHasher } from '#crypto/password.ts'
import { generateMasterKey } from '#crypto/seal.ts'
import { StartRefused } from '#crypto/secret-file.ts'
import { systemActor } from '#store/audit.ts'
import { deleteClient } from '#store/client-changes.ts'
import { type Client, findClient } from '#store/clients.ts'
import { findPassword } from '#store/credentials.ts'
import type { Database } from '#store/database.ts'
import { findRealm, type Realm } from '#store/realms.ts'
import { realmResources } from '#store/resources.ts'
import { setUserPassword } from '#store/user-changes.ts'
import { findUserByLogin, type User } from '#store/users.ts'
import { type FirstStartConfig, firstStart } from '../src/first-start.ts'
import { ENGINES, openTestDatabase, type TestDatabase } from './store-engines.ts'

const publicUrl = 'http://localhost:8484'
const hasher = createPasswordHasher()

/** The rows that a start could change, as text. */
const TABLES = [
  'facts',
  'realms',
  'apis',
  'scopes',
  'roles',
  'clients',
  'client_secrets',
  'client_roles',
  'users',
] as const
const MORE_TABLES = ['credentials', 'user_roles', 'audit', 'config_version'] as const

async function rowsOf(db: Database): Promise<Record<string, string>> {
  const rows: Record<string, string> = {}
  for (const table of [...TABLES, ...MORE_TABLES]) {
    const found = await sql`select * from ${sql.table(table)} order by 1, 2`.execute(db.sql)
    rows[table] = JSON.stringify(found.rows)
  }
  return rows
}

function secretsIn(directory: string): Record<string, string> {
  const names = readdirSync(directory).filter((name) => !name.startsWith('sallyport.db'))
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(directory, name), 'utf8')]))
}

describe.each(ENGINES)('%s', (engine) => {
  let opened: TestDatabase
  let db: Database
  let config: FirstStartConfig

  beforeEach(async () => {
    opened = await openTestDatabase(engine)
    db = opened.db
    config = {
      dataDir: opened.directory,
      publicUrl,
      masterKey: engine === 'postgres' ? generateMasterKey() : undefined,
      adminPassword: undefined,
      bootstrapClientSecret: undefined,
    }
  })

  afterEach(() => opened.drop())

  function start(given: Partial<FirstStartConfig> = {}, isTerminal = false) {
    return firstStart({ db, config: { ...config, ...given }, isTerminal })
  }

  async function realm(name: string): Promise<Realm> {
    const found = await findRealm(db, name)
    if (!found) throw new Error(`no realm ${name}`)
    return found
  }

  async function client(realmName: string, clientId: string): Promise<Client> {
    const found = await findClient(db, (await realm(realmName)).id, clientId)
    if (!found) throw new Error(`no client ${clientId}`)
    return found
  }

  async function admin(): Promise<User> {
    const found = await findUserByLogin(db, (await realm('system')).id, 'admin')
    if (!found) throw new Error('no administrator')
    return found
  }

  async function adminHasPassword(password: string): Promise<boolean> {
    const stored = await findPassword(db, (await admin()).id)
    return stored !== undefined && hasher.verify(password, stored.value)
  }

  test('it makes realms, resources, roles and the default clients', async () => {
    await start()
    expect(await realm('system')).toMatchObject({ display_name: 'Sallyport', token_validity: 900, enabled: true })
    expect(await realm('default')).toMatchObject({ display_name: 'Default', token_validity: 43_200 })
    const resources = await realmResources(db, await realm('system'), publicUrl)
    expect([...resources.apis.keys()].toSorted()).toEqual([
      'http://localhost:8484/api/v1',
      'http://localhost:8484/realms/system/outbound',
    ])
    expect(resources.scopes.get('sallyport_api.read_only')?.api_identifier).toBe('http://localhost:8484/api/v1')
    expect(await client('system', 'sallyport-cli')).toMatchObject({
      token_endpoint_auth_method: 'none',
      built_in: true,
    })
    expect(await client('system', 'sallyport-swagger')).toMatchObject({
      require_pkce: true,
      built_in: true,
      secrets: [],
    })
    expect(await client('system', 'sallyport-console')).toMatchObject({ built_in: true, secrets: [], jwks: null })
    expect(await client('system', 'sallyport-bootstrap')).toMatchObject({
      grant_types: ['client_credentials'],
      roles: ['admin'],
      scope: 'sallyport_api',
      built_in: true,
    })
    expect(await client('default', 'quick-start')).toMatchObject({ built_in: false, enabled: true, roles: [] })
  })

  test('starting again changes neither rows nor files', async () => {
    const first = await start()
    expect(first.isFirst).toBe(true)
    const rows = await rowsOf(db)
    const files = secretsIn(opened.directory)
    const second = await start()
    expect(await rowsOf(db)).toEqual(rows)
    expect(secretsIn(opened.directory)).toEqual(files)
    expect(second).toMatchObject({ isFirst: false, instanceId: first.instanceId, admin: first.admin })
    const place = { realm: 'r', table: 't', row: '1', field: 'f' }
    expect(second.seal.open(first.seal.seal('plain', place), place).toString()).toBe('plain')
  })

  test('what an administrator deleted does not come back', async () => {
    await start()
    await deleteClient(db, systemActor, (await realm('default')).id, 'quick-start')
    const again = await start()
    expect(await findClient(db, (await realm('default')).id, 'quick-start')).toBeUndefined()
    expect(again.firstTokenCommand).toBeUndefined()
  })

  test('the quick-start secret is in a file of its owner, and the line reads it from there', async () => {
    const { firstTokenCommand } = await start()
    const path = join(opened.directory, 'quick-start.secret')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const secret = readFileSync(path, 'utf8').trim()
    expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/)
    const { secrets } = await client('default', 'quick-start')
    expect(secrets).toMatchObject([{ kind: 'generated', value: sha256Base64url(secret) }])
    expect(firstTokenCommand).toBe(
      `curl -u "quick-start:$(cat ${path})" -d grant_type=client_credentials http://localhost:8484/realms/default/token`,
    )
    expect(firstTokenCommand).not.toContain(secret)
  })

  test('away from a terminal the password goes to a file and must be changed', async () => {
    const passwordFile = join(opened.directory, 'admin.password')
    expect((await start()).admin).toEqual({ username: 'admin', passwordFile })
    expect(statSync(passwordFile).mode & 0o777).toBe(0o600)
    expect(await admin()).toMatchObject({ roles: ['admin'], must_change_password: true })
    expect(await adminHasPassword(readFileSync(passwordFile, 'utf8').trim())).toBe(true)
    await setUserPassword(db, systemActor, (await realm('system')).id, (await admin()).id, 'changed', false)
    expect((await start()).admin).toBeUndefined()
  })

  test('on a terminal the password is answered once and is in no file', async () => {
    const { admin: signIn } = await start({}, true)
    const password = signIn && 'password' in signIn ? signIn.password : ''
    expect(password).toHaveLength(20)
    expect(await adminHasPassword(password)).toBe(true)
    expect(JSON.stringify(secretsIn(opened.directory))).not.toContain(password)
    expect((await start({}, true)).admin).toBeUndefined()
  })

  test('a configured password is final', async () => {
    expect((await start({ adminPassword: 'correct horse' })).admin).toBeUndefined()
    expect(await admin()).toMatchObject({ must_change_password: false })
    expect(await adminHasPassword('correct horse')).toBe(true)
    expect(readdirSync(opened.directory)).not.toContain('admin.password')
    await start({ adminPassword: 'another horse' })
    expect(await adminHasPassword('correct horse')).toBe(true)
  })

  test('a configured bootstrap secret is kept as argon2id, and a new one rotates it with an audit entry', async () => {
    const one = 'a-configured-secret-of-32-or-more'
    await start({ bootstrapClientSecret: one })
    const [first] = (await client('system', 'sallyport-bootstrap')).secrets
    expect(first?.kind).toBe('typed')
    expect(await hasher.verify(one, first?.value ?? '')).toBe(true)
    const rows = await rowsOf(db)
    await start({ bootstrapClientSecret: one })
    expect(await rowsOf(db)).toEqual(rows)
    await start({ bootstrapClientSecret: `${one}-two` })
    const { secrets } = await client('system', 'sallyport-bootstrap')
    expect(secrets).toHaveLength(1)
    expect(await hasher.verify(`${one}-two`, secrets[0]?.value ?? '')).toBe(true)
    const actions = await db.sql.selectFrom('audit').select('action').where('action', 'like', '%secret').execute()
    expect(actions).toEqual([{ action: 'client.add_secret' }])
    await expect(start({ bootstrapClientSecret: 'short' })).rejects.toThrow(StartRefused)
  })

  test('with neither variable nor file the bootstrap client is disabled', async () => {
    await start({ bootstrapClientSecret: 'a-configured-secret-of-32-or-more' })
    expect(await client('system', 'sallyport-bootstrap')).toMatchObject({ enabled: true })
    await start()
    expect(await client('system', 'sallyport-bootstrap')).toMatchObject({ enabled: false })
  })

  test('a wrong master key is refused with a sentence', async () => {
    await start()
    const refused = start({ masterKey: generateMasterKey() })
    await expect(refused).rejects.toThrow(/SALLYPORT_MASTER_KEY: the master key .* is not the one that this database/)
    await expect(start({ masterKey: 'short' })).rejects.toThrow(
      'SALLYPORT_MASTER_KEY: the master key must be exactly 32',
    )
  })

  test('a start that was cut off goes on where it stopped', async () => {
    await start()
    const files = secretsIn(opened.directory)
    const { id } = await admin()
    await db.sql.deleteFrom('facts').where('name', '=', 'first_start_done_at').execute()
    await db.sql
      .deleteFrom('client_secrets')
      .where('client_id', '=', (await client('default', 'quick-start')).id)
      .execute()
    await db.sql.deleteFrom('clients').where('client_id', '=', 'quick-start').execute()
    db.held.forget()
    const again = await start()
    expect(again.firstTokenCommand).toBeDefined()
    expect(secretsIn(opened.directory)).toEqual(files)
    expect((await admin()).id).toBe(id)
  })

  if (engine === 'sqlite') {
    test('the master key is generated into a file of its owner, and nothing starts without it', async () => {
      await start()
      const path = join(opened.directory, 'master.key')
      expect(statSync(path).mode & 0o777).toBe(0o600)
      const key = readFileSync(path)
      chmodSync(path, 0o640)
      await expect(start()).rejects.toThrow(`${path} can be read by others (mode 640)`)
      rmSync(path)
      await expect(start()).rejects.toThrow(`${path} is missing`)
      writeFileSync(path, generateMasterKey(), { mode: 0o600 })
      await expect(start()).rejects.toThrow(`${path}: the master key`)
      writeFileSync(path, key, { mode: 0o600 })
      await start()
    })

    test('the bootstrap secret is generated into a file; without the file the client is disabled', async () => {
      await start()
      const path = join(opened.directory, 'bootstrap.secret')
      expect(statSync(path).mode & 0o777).toBe(0o600)
      const { enabled, secrets } = await client('system', 'sallyport-bootstrap')
      expect(enabled).toBe(true)
      expect(secrets.map((secret) => secret.value)).toEqual([sha256Base64url(readFileSync(path, 'utf8').trim())])
      rmSync(path)
      await start()
      expect(await client('system', 'sallyport-bootstrap')).toMatchObject({ enabled: false })
      expect(readdirSync(opened.directory)).not.toContain('bootstrap.secret')
    })
  } else {
    test('the master key is required, and no bootstrap secret is generated', async () => {
      await expect(start({ masterKey: undefined })).rejects.toThrow('SALLYPORT_MASTER_KEY is required with PostgreSQL')
      await start()
      expect(await client('system', 'sallyport-bootstrap')).toMatchObject({ enabled: false, secrets: [] })
      expect(readdirSync(opened.directory).toSorted()).toEqual(['admin.password', 'quick-start.secret'])
    })

    test('two nodes that start at once make one installation', async () => {
      const other = await opened.reopen()
      const elsewhere = join(opened.directory, 'other')
      const [one, two] = await Promise.all([
        start(),
        firstStart({ db: other, config: { ...config, dataDir: elsewhere }, isTerminal: false }),
      ])
      expect(one.instanceId).toBe(two.instanceId)
      expect([one.admin, two.admin].filter((signIn) => signIn !== undefined)).toHaveLength(1)
      expect([one.firstTokenCommand, two.firstTokenCommand].filter((line) => line !== undefined)).toHaveLength(1)
      const place = { realm: 'r', table: 't', row: '1', field: 'f' }
      expect(two.seal.open(one.seal.seal('plain', place), place).toString()).toBe('plain')
      const realms = await db.sql.selectFrom('realms').select('name').orderBy('name').execute()
      expect(realms).toEqual([{ name: 'default' }, { name: 'system' }])
      expect(await db.sql.selectFrom('users').select('username').execute()).toEqual([{ username: 'admin' }])
      const names = readdirSync(elsewhere).concat(readdirSync(opened.directory))
      expect(names.filter((name) => name === 'admin.password')).toHaveLength(1)
      expect(names.filter((name) => name === 'quick-start.secret')).toHaveLength(1)
    })
  }
})
