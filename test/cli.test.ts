import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { safe } from '#cli/print.ts'
import { createLog } from '#observe/log.ts'
import { type App, startApp } from '../src/app.ts'
import { readConfig } from '../src/config.ts'
import { commandLine, type Run } from './command.ts'
import { freePort } from './house.ts'

/** The command line against a real server on the same machine: it reads the data directory as its user would. */

let directory: string
let dataDir: string
let app: App
let run: Run
let env: Record<string, string>

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sallyport-cli-'))
  dataDir = join(directory, 'data')
  const [port, operationsPort] = await Promise.all([freePort(), freePort()])
  env = {
    SALLYPORT_DATA_DIR: dataDir,
    SALLYPORT_PORT: String(port),
    SALLYPORT_OPERATIONS_PORT: String(operationsPort),
  }
  run = commandLine(env)
  app = await openHouse()
})

afterAll(async () => {
  await app.close()
  rmSync(directory, { recursive: true, force: true })
})

function openHouse(): Promise<App> {
  const onFatal = (error: Error) => {
    throw error
  }
  return startApp({ config: readConfig(env), log: createLog('silent'), onFatal })
}

function jsonOf(text: string): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>
}

function secretFile(secret: string): string {
  const path = join(directory, `${Math.random()}.secret`)
  writeFileSync(path, `${secret}\n`, { mode: 0o600 })
  return path
}

describe('token', () => {
  test('fetches a token and shows header and claims with times that people read', async () => {
    const file = join(dataDir, 'quick-start.secret')
    const { code, out } = await run(['token', '--client-id', 'quick-start', '--secret-file', file])
    expect(code).toBe(0)
    expect(out).toMatch(/token_type +Bearer/)
    expect(out).toMatch(/alg +ES256/)
    expect(out).toMatch(/exp +\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ/)
  })

  test('--raw prints the token alone, --json what is in it', async () => {
    const secret = readFileSync(join(dataDir, 'quick-start.secret'), 'utf8')
    const raw = await run(['token', '--client-id', 'quick-start', '--secret-file', '-', '--raw'], { input: secret })
    expect(raw.out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    const shop = { SHOP_SECRET: secret.trim() }
    const json = await run(['token', '--client-id', 'quick-start', '--secret-env', 'SHOP_SECRET', '--json'], {
      env: shop,
    })
    expect(jsonOf(json.out)).toMatchObject({ header: { typ: 'at+jwt' }, claims: { client_id: 'quick-start' } })
  })

  test('a refusal is the words of the server and exit code 1', async () => {
    const file = secretFile('not the secret of anybody')
    const { code, out, err } = await run(['token', '--client-id', 'quick-start', '--secret-file', file])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/^sallyport: no token: invalid_client/)
  })

  test('N154 there is no flag that takes a secret, and a file that others can read is refused', async () => {
    const typed = await run(['token', '--client-id', 'quick-start', '--secret', 'x'])
    expect(typed).toMatchObject({ code: 2, err: expect.stringContaining("unknown option '--secret'") })
    expect(await run(['clients', 'create', '--client-secret', 'x'])).toMatchObject({ code: 2 })
    expect(await run(['users', 'create', '--password', 'x'])).toMatchObject({ code: 2 })
    const file = secretFile('0123456789abcdef0123456789abcdef')
    chmodSync(file, 0o644)
    const open = await run(['token', '--client-id', 'quick-start', '--secret-file', file])
    expect(open).toMatchObject({ code: 78, err: expect.stringContaining('can be read by others') })
  })
})

describe('every operation of the contract', () => {
  test('a client: create, list with a filter, get, update, set a secret, delete', async () => {
    const flags = ['--grant-types', 'authorization_code,refresh_token', '--redirect-uris', 'https://shop.example/a']
    const more = ['--redirect-uris', 'https://shop.example/b', '--require-consent=false', '--expires-in', '600']
    const created = await run(['clients', 'create', '--client-id', 'shop', ...flags, ...more, '--json'])
    expect(created).toMatchObject({ code: 0, err: '' })
    expect(jsonOf(created.out)).toMatchObject({
      client_id: 'shop',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: ['https://shop.example/a', 'https://shop.example/b'],
      require_consent: false,
      expires_in: 600,
      client_secret: expect.stringMatching(/^[\w-]{43}$/),
    })
    const listed = await run(['clients', 'list', '--filter', 'client_id=sho', '--sort', '-created_at'])
    expect(listed.out.split('\n')).toHaveLength(3)
    expect(listed.out).toMatch(/^client_id +client_name/)
    const changed = await run(['clients', 'update', 'shop', '--enabled=false', '--expires-in', 'null', '--json'])
    expect(changed).toMatchObject({ code: 0, err: '' })
    expect(jsonOf(changed.out)).toMatchObject({ enabled: false, expires_in: null, require_consent: false })
    expect((await run(['clients', 'get', 'shop'])).out).toMatch(/enabled +no\n/)
    const rolled = await run(
      ['clients', 'secrets', 'create', 'shop', '--secret-file', '-', '--label', 'typed', '--json'],
      {
        input: 'a secret that somebody typed\n',
      },
    )
    expect(jsonOf(rolled.out)).toMatchObject({ kind: 'typed', label: 'typed' })
    const unsure = await run(['clients', 'delete', 'shop'])
    expect(unsure).toMatchObject({ code: 2, err: expect.stringContaining('--yes') })
    expect(await run(['clients', 'delete', 'shop', '--yes'])).toMatchObject({ code: 0, out: 'done\n' })
    expect(await run(['clients', 'get', 'shop'])).toMatchObject({ code: 1, err: expect.stringContaining('404') })
  })

  test('a whole body comes from a file or standard input, flags go over it', async () => {
    const body = JSON.stringify({ username: 'ada', name: 'Ada', address: { locality: 'Turin' } })
    const file = secretFile('poetical science')
    const flags = ['--name', 'Ada Lovelace', '--password-file', file, '--json']
    const created = await run(['users', 'create', '--data', '-', ...flags], { input: body })
    expect(jsonOf(created.out)).toMatchObject({ name: 'Ada Lovelace', address: { locality: 'Turin' } })
    const listed = await run(['users', 'list'])
    expect(listed.out).toContain(String(jsonOf(created.out)['id']))
  })

  test('a problem names the field and ends with 1', async () => {
    const refused = await run(['clients', 'create', '--client-id', 'bad', '--redirect-uris', 'nowhere'])
    expect(refused.code).toBe(1)
    expect(refused.err).toMatch(
      /^sallyport: the server refuses \(400 Bad Request\): redirect_uris\.0: must be absolute/,
    )
  })

  test('what makes no sense ends with 2 and says what would', async () => {
    const filter = await run(['clients', 'list', '--filter', 'colour=red'])
    expect(filter).toMatchObject({ code: 2, err: expect.stringContaining('client_id, client_name') })
    expect(await run(['clients', 'update', 'x', '--expires-in', 'soon'])).toMatchObject({ code: 2 })
    expect(await run(['clients', 'update', 'x', '--jwks', '{'])).toMatchObject({ code: 2 })
    expect(await run(['clinets'])).toMatchObject({ code: 2, err: expect.stringContaining('clients') })
    expect(await run(['clients', 'create', '--help'])).toMatchObject({ code: 0 })
  })

  test('every page is fetched with --all', async () => {
    const all = await run(['clients', 'list', '--realm', 'system', '--all', '--json'])
    expect(jsonOf(all.out)).toMatchObject({ total: 4, items: { length: 4 } })
    const first = await run(['clients', 'list', '--realm', 'system', '--page-size', '2'])
    expect(first.out).toContain('2 of 4')
  })

  test('another client may be named, with its own right', async () => {
    const grant = ['--grant-types', 'client_credentials', '--scope', 'sallyport_api.read_only']
    const made = await run(['clients', 'create', '--realm', 'system', '--client-id', 'looker', ...grant, '--json'])
    const secret = secretFile(String(jsonOf(made.out)['client_secret']))
    const as = ['--as-client', 'looker', '--as-secret-file', secret, '--as-scope', 'sallyport_api.read_only']
    expect(await run(['realms', 'get', 'default', ...as])).toMatchObject({ code: 0 })
    expect(await run(['realms', 'update', 'default', '--colour', '#123456', ...as])).toMatchObject({ code: 1 })
  })

  test('without a secret it says where one would be looked for', async () => {
    const elsewhere = { SALLYPORT_DATA_DIR: join(directory, 'nowhere') }
    const lost = await run(['realms', 'list'], { env: elsewhere })
    expect(lost).toMatchObject({ code: 78, err: expect.stringContaining('bootstrap.secret') })
    expect(existsSync(elsewhere.SALLYPORT_DATA_DIR)).toBe(false)
  })
})

describe('the way out', () => {
  test('a server that is away is one sentence and 69', async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    const away = await run(['realms', 'list', '--url', url])
    expect(away.code).toBe(69)
    expect(away.err).toMatch(/^sallyport: http:\/\/127\.0\.0\.1:\d+ does not answer: .*\n$/)
  })

  test('a redirect is not followed: the secret goes to the origin that was named', async () => {
    const asked: string[] = []
    const elsewhere = createServer((request, response) => {
      asked.push(String(request.url))
      response.writeHead(307, { location: `${readConfig(env).publicUrl}/realms/system/token` }).end()
    })
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
    const { port } = elsewhere.address() as AddressInfo
    const ended = await run(['realms', 'list', '--url', `http://127.0.0.1:${port}`])
    elsewhere.close()
    expect(ended).toMatchObject({ code: 69, err: expect.stringContaining('307') })
    expect(asked).toEqual(['/realms/system/token'])
  })

  test('N154 what a server answers cannot steer the terminal', async () => {
    const evil = createServer((_request, response) => {
      const told = { error: 'invalid_client', error_description: '\u001b]0;gone\u0007\u009b2J\u202egnp' }
      response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify(told))
    })
    await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve))
    const { port } = evil.address() as AddressInfo
    const { err } = await run(['realms', 'list', '--url', `http://127.0.0.1:${port}`])
    evil.close()
    expect(err).toContain('\\u001b]0;gone\\u0007\\u009b2J\\u202egnp')
    expect(safe('a\nb\r\t\u200b')).toBe('a\\u000ab\\u000d\\u0009\\u200b')
  })
})

describe('doctor', () => {
  test('a house in order ends with 0 and warns of what should not stay so', async () => {
    const { code, out } = await run(['doctor'])
    expect(code).toBe(0)
    expect(out).toMatch(/^warning +master key .*lies beside the database/m)
    expect(out).toMatch(/^warning +admin\.password/m)
    expect(out).toMatch(/^ok +database .*schema is of this version/m)
    expect(out).toMatch(/^ok +public URL/m)
  })

  test('a key that does not fit and a file that others can read are broken', async () => {
    const other = { SALLYPORT_MASTER_KEY: Buffer.alloc(32, 7).toString('base64') }
    const wrong = await run(['doctor', '--json'], { env: other })
    expect(wrong.code).toBe(1)
    expect(JSON.parse(wrong.out)).toContainEqual({
      state: 'broken',
      what: 'master key',
      detail: expect.stringContaining('is not the one that this database was sealed with'),
    })
    const secret = join(dataDir, 'bootstrap.secret')
    chmodSync(secret, 0o640)
    const open = await run(['doctor'])
    chmodSync(secret, 0o600)
    expect(open).toMatchObject({ code: 1, out: expect.stringMatching(/^broken +bootstrap\.secret/m) })
  })

  test('every problem of the configuration is a finding', async () => {
    const ended = await run(['doctor'], { env: { SALLYPORT_PORT: 'x', SALLYPORT_NOPE: '1' } })
    expect(ended.code).toBe(1)
    expect(ended.out.match(/^broken +configuration/gm)).toHaveLength(2)
  })
})

describe('backup and restore', () => {
  test('a client made before the backup works after the restore, one made since is gone', async () => {
    const machine = ['--grant-types', 'client_credentials', '--json']
    const made = await run(['clients', 'create', '--client-id', 'before', ...machine])
    const secret = secretFile(String(jsonOf(made.out)['client_secret']))
    const file = join(directory, 'backup.db')
    expect(await run(['backup', file])).toMatchObject({ code: 0, err: '' })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const masterKey = readFileSync(join(dataDir, 'master.key'), 'utf8').trim()
    expect(readFileSync(file).includes(masterKey)).toBe(false)
    expect(await run(['backup', file])).toMatchObject({ code: 78, err: expect.stringContaining('is there already') })
    await run(['clients', 'create', '--client-id', 'since', ...machine])

    const whileItRuns = await run(['restore', file, '--force'])
    expect(whileItRuns).toMatchObject({ code: 1, err: expect.stringContaining('stop the server') })
    await app.close()
    expect(await run(['restore', file])).toMatchObject({ code: 1, err: expect.stringContaining('--force') })
    const other = { SALLYPORT_MASTER_KEY: Buffer.alloc(32, 7).toString('base64') }
    expect(await run(['restore', file, '--force'], { env: other })).toMatchObject({ code: 78 })
    expect(await run(['restore', file, '--force'])).toMatchObject({ code: 0, err: '' })
    expect(readdirSync(dataDir).filter((name) => name.startsWith('sallyport.db.before-'))).toHaveLength(1)
    expect(readdirSync(dataDir).filter((name) => /restoring|\.new$/.test(name))).toEqual([])

    app = await openHouse()
    const token = await run(['token', '--client-id', 'before', '--secret-file', secret, '--raw'])
    expect(token).toMatchObject({ code: 0, err: '' })
    expect(await run(['clients', 'get', 'since'])).toMatchObject({ code: 1 })
  })

  test('what is no backup is refused, and nothing is left behind', async () => {
    const elsewhere = { SALLYPORT_DATA_DIR: join(directory, 'fresh') }
    const junk = secretFile('no database at all')
    const refused = await run(['restore', junk], { env: elsewhere })
    expect(refused).toMatchObject({ code: 78, err: expect.stringContaining('is not a database') })
    const keyless = await run(['restore', join(directory, 'backup.db')], { env: elsewhere })
    expect(keyless).toMatchObject({ code: 78, err: expect.stringContaining('master.key is missing') })
    expect(readdirSync(elsewhere.SALLYPORT_DATA_DIR)).toEqual([])
  })

  test('with PostgreSQL its own tools do it', async () => {
    const postgres = { SALLYPORT_DATABASE_URL: 'postgres://localhost/sallyport', SALLYPORT_MASTER_KEY: 'k' }
    const ended = await run(['backup', join(directory, 'x')], { env: postgres })
    expect(ended).toMatchObject({ code: 2, err: expect.stringContaining('pg_dump') })
  })
})
