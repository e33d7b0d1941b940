import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { safe } from '#cli/print.ts'
import { type CliHouse, jsonOf, openCliHouse } from './cli-house.ts'
import { freePort } from './free-port.ts'

/** The commands that talk to a server. */

let house: CliHouse

beforeAll(async () => {
  house = await openCliHouse()
})
afterAll(() => house.close())

describe('token', () => {
  test('fetches a token and shows header and claims with times that people read', async () => {
    const file = join(house.dataDir, 'quick-start.secret')
    const { code, out } = await house.run(['token', '--client-id', 'quick-start', '--secret-file', file])
    expect(code).toBe(0)
    expect(out).toMatch(/token_type +Bearer/)
    expect(out).toMatch(/alg +ES256/)
    expect(out).toMatch(/exp +\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ/)
  })

  test('--raw prints the token alone, --json what is in it', async () => {
    const secret = readFileSync(join(house.dataDir, 'quick-start.secret'), 'utf8')
    const raw = await house.run(['token', '--client-id', 'quick-start', '--secret-file', '-', '--raw'], {
      input: secret,
    })
    expect(raw.out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    const shop = { SHOP_SECRET: secret.trim() }
    const json = await house.run(['token', '--client-id', 'quick-start', '--secret-env', 'SHOP_SECRET', '--json'], {
      env: shop,
    })
    expect(jsonOf(json.out)).toMatchObject({ header: { typ: 'at+jwt' }, claims: { client_id: 'quick-start' } })
  })

  test('a refusal is the words of the server and exit code 1', async () => {
    const file = house.secretFile('not the secret of anybody')
    const { code, out, err } = await house.run(['token', '--client-id', 'quick-start', '--secret-file', file])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/^sallyport: no token: invalid_client/)
  })

  test('N154 there is no flag that takes a secret, and a file that others can read is refused', async () => {
    const typed = await house.run(['token', '--client-id', 'quick-start', '--secret', 'x'])
    expect(typed).toMatchObject({ code: 2, err: expect.stringContaining("unknown option '--secret'") })
    expect(await house.run(['clients', 'create', '--client-secret', 'x'])).toMatchObject({ code: 2 })
    expect(await house.run(['users', 'create', '--password', 'x'])).toMatchObject({ code: 2 })
    const file = house.secretFile('0123456789abcdef0123456789abcdef')
    chmodSync(file, 0o644)
    const open = await house.run(['token', '--client-id', 'quick-start', '--secret-file', file])
    expect(open).toMatchObject({ code: 78, err: expect.stringContaining('can be read by others') })
  })
})

describe('every operation of the contract', () => {
  test('a client: create, list with a filter, get, update, set a secret, delete', async () => {
    const flags = ['--grant-types', 'authorization_code,refresh_token', '--redirect-uris', 'https://shop.example/a']
    const more = ['--redirect-uris', 'https://shop.example/b', '--require-consent=false', '--expires-in', '600']
    const created = await house.run(['clients', 'create', '--client-id', 'shop', ...flags, ...more, '--json'])
    expect(created).toMatchObject({ code: 0, err: '' })
    expect(jsonOf(created.out)).toMatchObject({
      client_id: 'shop',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: ['https://shop.example/a', 'https://shop.example/b'],
      require_consent: false,
      expires_in: 600,
      client_secret: expect.stringMatching(/^[\w-]{43}$/),
    })
    const listed = await house.run(['clients', 'list', '--filter', 'client_id=sho', '--sort', '-created_at'])
    expect(listed.out.split('\n')).toHaveLength(3)
    expect(listed.out).toMatch(/^client_id +client_name/)
    const changed = await house.run(['clients', 'update', 'shop', '--enabled=false', '--expires-in', 'null', '--json'])
    expect(changed).toMatchObject({ code: 0, err: '' })
    expect(jsonOf(changed.out)).toMatchObject({ enabled: false, expires_in: null, require_consent: false })
    expect((await house.run(['clients', 'get', 'shop'])).out).toMatch(/enabled +no\n/)
    const rolled = await house.run(
      ['clients', 'secrets', 'create', 'shop', '--secret-file', '-', '--label', 'typed', '--json'],
      {
        input: 'a secret that somebody typed\n',
      },
    )
    expect(jsonOf(rolled.out)).toMatchObject({ kind: 'typed', label: 'typed' })
    const unsure = await house.run(['clients', 'delete', 'shop'])
    expect(unsure).toMatchObject({ code: 2, err: expect.stringContaining('--yes') })
    expect(await house.run(['clients', 'delete', 'shop', '--yes'])).toMatchObject({ code: 0, out: 'done\n' })
    expect(await house.run(['clients', 'get', 'shop'])).toMatchObject({ code: 1, err: expect.stringContaining('404') })
  })

  test('a whole body comes from a file or standard input, flags go over it', async () => {
    const body = JSON.stringify({ username: 'ada', name: 'Ada', address: { locality: 'Turin' } })
    const file = house.secretFile('poetical science')
    const flags = ['--name', 'Ada Lovelace', '--password-file', file, '--json']
    const created = await house.run(['users', 'create', '--data', '-', ...flags], { input: body })
    expect(jsonOf(created.out)).toMatchObject({ name: 'Ada Lovelace', address: { locality: 'Turin' } })
    const listed = await house.run(['users', 'list'])
    expect(listed.out).toContain(String(jsonOf(created.out)['id']))
  })

  test('a problem names the field and ends with 1', async () => {
    const refused = await house.run(['clients', 'create', '--client-id', 'bad', '--redirect-uris', 'nowhere'])
    expect(refused.code).toBe(1)
    expect(refused.err).toMatch(
      /^sallyport: the server refuses \(400 Bad Request\): redirect_uris\.0: must be absolute/,
    )
  })

  test('what makes no sense ends with 2 and says what would', async () => {
    const filter = await house.run(['clients', 'list', '--filter', 'colour=red'])
    expect(filter).toMatchObject({ code: 2, err: expect.stringContaining('client_id, client_name') })
    expect(await house.run(['clients', 'update', 'x', '--expires-in', 'soon'])).toMatchObject({ code: 2 })
    expect(await house.run(['clients', 'update', 'x', '--jwks', '{'])).toMatchObject({ code: 2 })
    expect(await house.run(['clinets'])).toMatchObject({ code: 2, err: expect.stringContaining('clients') })
    expect(await house.run(['clients', 'create', '--help'])).toMatchObject({ code: 0 })
  })

  test('every page is fetched with --all', async () => {
    const all = await house.run(['clients', 'list', '--realm', 'system', '--all', '--json'])
    expect(jsonOf(all.out)).toMatchObject({ total: 4, items: { length: 4 } })
    const first = await house.run(['clients', 'list', '--realm', 'system', '--page-size', '2'])
    expect(first.out).toContain('2 of 4')
  })

  test('another client may be named, with its own right', async () => {
    const grant = ['--grant-types', 'client_credentials', '--scope', 'sallyport_api.read_only']
    const made = await house.run([
      'clients',
      'create',
      '--realm',
      'system',
      '--client-id',
      'looker',
      ...grant,
      '--json',
    ])
    const secret = house.secretFile(String(jsonOf(made.out)['client_secret']))
    const as = ['--as-client', 'looker', '--as-secret-file', secret, '--as-scope', 'sallyport_api.read_only']
    expect(await house.run(['realms', 'get', 'default', ...as])).toMatchObject({ code: 0 })
    expect(await house.run(['realms', 'update', 'default', '--colour', '#123456', ...as])).toMatchObject({ code: 1 })
  })

  test('without a secret it says where one would be looked for', async () => {
    const elsewhere = { SALLYPORT_DATA_DIR: join(house.directory, 'nowhere') }
    const lost = await house.run(['realms', 'list'], { env: elsewhere })
    expect(lost).toMatchObject({ code: 78, err: expect.stringContaining('bootstrap.secret') })
    expect(existsSync(elsewhere.SALLYPORT_DATA_DIR)).toBe(false)
  })
})

describe('the way out', () => {
  test('a server that is away is one sentence and 69', async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    const away = await house.run(['realms', 'list', '--url', url])
    expect(away.code).toBe(69)
    expect(away.err).toMatch(/^sallyport: http:\/\/127\.0\.0\.1:\d+ does not answer: .*\n$/)
  })

  test('a redirect is not followed: the secret goes to the origin that was named', async () => {
    const asked: string[] = []
    const elsewhere = createServer((request, response) => {
      asked.push(String(request.url))
      response.writeHead(307, { location: `${house.publicUrl}/realms/system/token` }).end()
    })
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
    const { port } = elsewhere.address() as AddressInfo
    const ended = await house.run(['realms', 'list', '--url', `http://127.0.0.1:${port}`])
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
    const { err } = await house.run(['realms', 'list', '--url', `http://127.0.0.1:${port}`])
    evil.close()
    expect(err).toContain('\\u001b]0;gone\\u0007\\u009b2J\\u202egnp')
    expect(safe('a\nb\r\t\u200b')).toBe('a\\u000ab\\u000d\\u0009\\u200b')
  })
})
