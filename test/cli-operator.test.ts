import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#store/database.ts'
import { openSeal } from '#store/master-key.ts'
import { type CliHouse, fail, jsonOf, openCliHouse } from './cli-house.ts'
import { createPostgresDatabase } from './postgres.ts'

/** The commands that look at the machine or touch the database. */

let house: CliHouse

beforeAll(async () => {
  house = await openCliHouse()
})
afterAll(() => house.close())

describe('doctor', () => {
  test('a house in order ends with 0 and warns of what should not stay so', async () => {
    const { code, out } = await house.run(['doctor'])
    expect(code).toBe(0)
    expect(out).toMatch(/^warning +master key .*lies beside the database/m)
    expect(out).toMatch(/^warning +admin\.password/m)
    expect(out).toMatch(/^ok +database .*schema is of this version/m)
    expect(out).toMatch(/^ok +public URL/m)
  })

  test('a key that does not fit and a file that others can read are broken', async () => {
    const other = { SALLYPORT_MASTER_KEY: Buffer.alloc(32, 7).toString('base64') }
    const wrong = await house.run(['doctor', '--json'], { env: other })
    expect(wrong.code).toBe(1)
    expect(JSON.parse(wrong.out)).toContainEqual({
      state: 'broken',
      what: 'master key',
      detail: expect.stringContaining('is not the one that this database was sealed with'),
    })
    const secret = join(house.dataDir, 'bootstrap.secret')
    chmodSync(secret, 0o640)
    const open = await house.run(['doctor'])
    chmodSync(secret, 0o600)
    expect(open).toMatchObject({ code: 1, out: expect.stringMatching(/^broken +bootstrap\.secret/m) })
  })

  test('a PostgreSQL database: not begun, in order, away', async () => {
    const database = await createPostgresDatabase()
    const postgres = { SALLYPORT_DATABASE_URL: database.url, SALLYPORT_MASTER_KEY: Buffer.alloc(32, 7).toString('hex') }
    const more = { env: { ...postgres, SALLYPORT_DATA_DIR: join(house.directory, 'node') } }
    expect((await house.run(['doctor'], more)).out).toMatch(/^ok +database +there is none yet/m)
    const db = await openDatabase({ url: database.url, onFatal: fail })
    await openSeal(db, { dataDir: house.directory, masterKey: postgres.SALLYPORT_MASTER_KEY })
    await db.close()
    expect((await house.run(['doctor'], more)).out).toMatch(
      /^ok +master key +it fits[\s\S]*^ok +database .*of this version/m,
    )
    await database.drop()
    expect(await house.run(['doctor'], more)).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^broken +database/m),
    })
  })

  test('every problem of the configuration is a finding', async () => {
    const ended = await house.run(['doctor'], { env: { SALLYPORT_PORT: 'x', SALLYPORT_NOPE: '1' } })
    expect(ended.code).toBe(1)
    expect(ended.out.match(/^broken +configuration/gm)).toHaveLength(2)
  })
})

describe('backup and restore', () => {
  test('a client made before the backup works after the restore, one made since is gone', async () => {
    const machine = ['--grant-types', 'client_credentials', '--json']
    const made = await house.run(['clients', 'create', '--client-id', 'before', ...machine])
    const secret = house.secretFile(String(jsonOf(made.out)['client_secret']))
    const file = join(house.directory, 'backup.db')
    expect(await house.run(['backup', file])).toMatchObject({ code: 0, err: '' })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const masterKey = readFileSync(join(house.dataDir, 'master.key'), 'utf8').trim()
    expect(readFileSync(file).includes(masterKey)).toBe(false)
    expect(await house.run(['backup', file])).toMatchObject({
      code: 78,
      err: expect.stringContaining('is there already'),
    })
    await house.run(['clients', 'create', '--client-id', 'since', ...machine])

    const whileItRuns = await house.run(['restore', file, '--force'])
    expect(whileItRuns).toMatchObject({ code: 1, err: expect.stringContaining('stop the server') })
    await house.stop()
    expect(await house.run(['restore', file])).toMatchObject({ code: 1, err: expect.stringContaining('--force') })
    const other = { SALLYPORT_MASTER_KEY: Buffer.alloc(32, 7).toString('base64') }
    expect(await house.run(['restore', file, '--force'], { env: other })).toMatchObject({ code: 78 })
    expect(await house.run(['restore', file, '--force'])).toMatchObject({ code: 0, err: '' })
    expect(readdirSync(house.dataDir).filter((name) => name.startsWith('sallyport.db.before-'))).toHaveLength(1)
    expect(readdirSync(house.dataDir).filter((name) => /restoring|\.new$/.test(name))).toEqual([])

    await house.start()
    const token = await house.run(['token', '--client-id', 'before', '--secret-file', secret, '--raw'])
    expect(token).toMatchObject({ code: 0, err: '' })
    expect(await house.run(['clients', 'get', 'since'])).toMatchObject({ code: 1 })
  })

  test('what is no backup is refused, and nothing is left behind', async () => {
    const elsewhere = { SALLYPORT_DATA_DIR: join(house.directory, 'fresh') }
    const junk = house.secretFile('no database at all')
    const refused = await house.run(['restore', junk], { env: elsewhere })
    expect(refused).toMatchObject({ code: 78, err: expect.stringContaining('is not a database') })
    const keyless = await house.run(['restore', join(house.directory, 'backup.db')], { env: elsewhere })
    expect(keyless).toMatchObject({ code: 78, err: expect.stringContaining('master.key is missing') })
    expect(readdirSync(elsewhere.SALLYPORT_DATA_DIR)).toEqual([])
  })

  test('with PostgreSQL its own tools do it', async () => {
    const postgres = { SALLYPORT_DATABASE_URL: 'postgres://localhost/sallyport', SALLYPORT_MASTER_KEY: 'k' }
    const ended = await house.run(['backup', join(house.directory, 'x')], { env: postgres })
    expect(ended).toMatchObject({ code: 2, err: expect.stringContaining('pg_dump') })
  })
})
