/** `login`, `whoami`, `logout`: a person at a terminal, a browser beside it, and servers that say what they should not. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { runCommand } from '#cli/program.ts'
import { revokeGrantsOf } from '#store/grants.ts'
import { readConfig } from '../src/config.ts'
import { Browser } from './browser.ts'
import type { Ended } from './command.ts'
import { toQuestion } from './device-flow.ts'
import { ADMIN_PASSWORD, BOOTSTRAP_SECRET, type House, openHouse } from './house.ts'

let house: House
let home: string
let env: Record<string, string>
const file = () => join(home, 'sallyport', 'credentials.json')
const saved = () => readFileSync(file(), 'utf8')

beforeAll(async () => {
  house = await openHouse()
  home = mkdtempSync(join(tmpdir(), 'sallyport-home-'))
  env = {
    XDG_CONFIG_HOME: home,
    SALLYPORT_PUBLIC_URL: house.url,
    SALLYPORT_BOOTSTRAP_CLIENT_SECRET: BOOTSTRAP_SECRET,
    SALLYPORT_DATA_DIR: home,
  }
})
afterAll(async () => {
  await house.close()
  rmSync(home, { recursive: true })
})

/** `heard` gets each piece that the command writes while it runs. */
async function run(args: readonly string[], heard: (text: string) => void = () => undefined): Promise<Ended> {
  let out = ''
  let err = ''
  const code = await runCommand(args, {
    settings: () => readConfig(env),
    environment: (name) => env[name],
    start: () => Promise.reject(new Error('a test starts no server this way')),
    out: (text) => {
      out += text
      heard(text)
    },
    err: (text) => {
      err += text
    },
    input: () => Promise.resolve(''),
  })
  return { code, out, err }
}

/** The administrator opens what the terminal shows, and presses that button. */
async function login(button: 'approve' | 'deny'): Promise<Ended> {
  const { promise: shown, resolve } = Promise.withResolvers<string>()
  const ending = run(['login'], (text) => {
    const code = /enter the code (\S+)/.exec(text)?.[1]
    if (code !== undefined) resolve(code)
  })
  const { browser, page } = await toQuestion(house, await shown, 'admin', new Browser(house.url), {
    realm: 'system',
    password: ADMIN_PASSWORD,
  })
  expect(page.body).toContain('Sallyport command line')
  await browser.submit(page, { [button]: '1' })
  return await ending
}

function age(): void {
  writeFileSync(file(), saved().replace(/"expires_at": \d+/, '"expires_at": 1'))
}

/** Who the audit says made a change that a command asked for. */
async function actor(): Promise<string> {
  const name = `r${Math.random().toString(36).slice(2, 8)}`
  expect(await run(['realms', 'create', '--name', name])).toMatchObject({ code: 0, err: '' })
  const { sql } = house.app.context.db
  const made = sql.selectFrom('audit').select('actor_name').where('object_name', '=', name)
  return (await made.where('action', '=', 'realm.create').executeTakeFirstOrThrow()).actor_name
}

describe('against a real server', () => {
  test('without a login there is nobody, and commands are the bootstrap client', async () => {
    expect(await run(['whoami'])).toMatchObject({ code: 1, err: expect.stringContaining('nobody is logged in') })
    expect(await run(['logout'])).toMatchObject({ code: 1 })
    expect(await actor()).toBe('sallyport-bootstrap')
  })

  test('who says no is not logged in', async () => {
    expect(await login('deny')).toMatchObject({ code: 1, err: 'sallyport: the login was cancelled\n' })
    expect(existsSync(file())).toBe(false)
  })

  test('N154 a login shows addresses and a code, never a token, and is kept where only its owner reads', async () => {
    const { code, out, err } = await login('approve')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^Open http:\/\/localhost:\d+\/realms\/system\/device and enter the code [A-Z]{4}-[A-Z]{4}\n/)
    expect(out).toMatch(/or open http:\S+\?user_code=[A-Z-]{9} and compare it\nLogged in as admin\n$/)
    expect(statSync(file()).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(file())).mode & 0o777).toBe(0o700)
    const { out: who } = await run(['whoami'])
    expect(who).toMatch(/preferred_username +admin/)
    expect(JSON.parse((await run(['whoami', '--json'])).out)).toMatchObject({
      issuer: house.issuer('system'),
      preferred_username: 'admin',
      scope: 'openid profile offline_access sallyport_api',
    })
  })

  test('the other commands act as who has logged in, unless another is named', async () => {
    expect(await actor()).toBe('admin')
    const readOnly = await run(['realms', 'create', '--name', 'never', '--as-scope', 'sallyport_api.read_only'])
    expect(readOnly).toMatchObject({ code: 1, err: expect.stringContaining('no token: invalid_scope') })
  })

  test('a token that runs out is renewed, by several commands at once too', async () => {
    const before = saved()
    age()
    const ended = await Promise.all([run(['realms', 'list']), run(['whoami']), run(['realms', 'list'])])
    expect(ended.map(({ code, err }) => [code, err])).toEqual([
      [0, ''],
      [0, ''],
      [0, ''],
    ])
    expect(saved()).not.toBe(before)
    age()
    expect((await run(['whoami'])).code).toBe(0)
    expect(statSync(file()).mode & 0o777).toBe(0o600)
  })

  test('N154 a file that others can read is refused, a damaged one too', async () => {
    const whole = saved()
    writeFileSync(file(), '{"logins":[]}')
    expect(await run(['whoami'])).toMatchObject({
      code: 78,
      err: expect.stringContaining('delete it and log in again'),
    })
    rmSync(file())
    writeFileSync(file(), whole, { mode: 0o644 })
    expect(await run(['realms', 'list'])).toMatchObject({ code: 78, err: expect.stringContaining('chmod 600') })
    rmSync(file())
    writeFileSync(file(), whole, { mode: 0o600 })
    expect((await run(['whoami'])).code).toBe(0)
  })

  test('a login that was ended elsewhere is said to be, and nobody else is used instead', async () => {
    const whole = saved()
    const { sql } = house.app.context.db
    const { user_id: userId } = await sql.selectFrom('grants').select('user_id').executeTakeFirstOrThrow()
    await revokeGrantsOf(sql, { userId }, 'test')
    age()
    for (const command of [['whoami'], ['realms', 'list']]) {
      expect(await run(command)).toMatchObject({ code: 1, out: '', err: expect.stringContaining('your login is over') })
    }
    writeFileSync(file(), whole)
    expect(await run(['whoami'])).toMatchObject({ code: 1, err: expect.stringContaining('your login is over') })
    expect(await run(['logout'])).toMatchObject({ code: 0, out: 'Logged out\n' })
    expect(existsSync(file())).toBe(false)
  })

  test('logout revokes and forgets', async () => {
    await login('approve')
    const { refresh_token } = (JSON.parse(saved()) as { logins: Record<string, { refresh_token: string }> }).logins[
      house.issuer('system')
    ] ?? { refresh_token: '' }
    expect((await run(['logout'])).code).toBe(0)
    const body = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'sallyport-cli', refresh_token })
    const answer = await fetch(`${house.issuer('system')}/token`, { method: 'POST', body })
    expect(await answer.json()).toMatchObject({ error: 'invalid_grant' })
    expect((await run(['whoami'])).code).toBe(1)
  })
})

describe('against a server that says what it should not', () => {
  let server: Server
  let issuer: string
  /** What it answers at each path: a list is one answer after the other, the last for ever. */
  let answers: Record<string, readonly (readonly [status: number, body: object])[]>
  let asked: { readonly path: string; readonly at: number }[]

  beforeEach(async () => {
    server = createServer((request, response) => {
      const path = request.url ?? ''
      const before = asked.filter((each) => each.path === path).length
      asked.push({ path, at: Date.now() })
      const [status, body] = answers[path]?.[before] ?? answers[path]?.at(-1) ?? [404, {}]
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    asked = []
    answers = {
      '/.well-known/openid-configuration': [
        [
          200,
          {
            issuer,
            token_endpoint: `${issuer}/token`,
            device_authorization_endpoint: `${issuer}/device_authorization`,
            userinfo_endpoint: `${issuer}/userinfo`,
          },
        ],
      ],
      '/device_authorization': [[200, device({})]],
      '/token': [[200, { access_token: 'a', token_type: 'Bearer', expires_in: 600 }]],
      '/userinfo': [[200, { sub: 's' }]],
    }
  })
  afterEach(() => new Promise((resolve) => server.close(resolve)))

  const device = (fields: object) => ({
    device_code: 'd',
    user_code: 'BCDF-GHJK',
    verification_uri: `${issuer}/device`,
    expires_in: 60,
    interval: 1,
    ...fields,
  })
  const comesTo = async () => await run(['login', '--issuer', issuer])

  test('N154 only an http or https address is shown, and nothing that steers a terminal', async () => {
    for (const uri of ['javascript:alert(1)', 'file:///etc/passwd', 'ssh://x -oProxyCommand=x', 'x']) {
      answers['/device_authorization'] = [[200, device({ verification_uri: uri })]]
      const { code, out, err } = await comesTo()
      expect({ code, out }).toEqual({ code: 1, out: '' })
      expect(err).toContain('no http or https address')
      expect(err).not.toContain(uri)
    }
    const clear = '\u001b[2J'
    answers['/device_authorization'] = [[200, device({ user_code: clear, verification_uri: `${issuer}/${clear}` })]]
    answers['/userinfo'] = [[200, { sub: 's', preferred_username: clear }]]
    const { code, out } = await comesTo()
    expect(code).toBe(0)
    expect(out).not.toContain('\u001b')
    expect(out).toContain(`enter the code \\u001b[2J\n`)
  })

  test('N158 an issuer that says it is another one, or sends elsewhere, gets nothing', async () => {
    const [, metadata] = answers['/.well-known/openid-configuration']?.[0] ?? [200, {}]
    answers['/.well-known/openid-configuration'] = [[200, { ...metadata, issuer: 'https://evil.example' }]]
    expect(await comesTo()).toMatchObject({ code: 1, err: expect.stringContaining('another issuer') })
    answers['/.well-known/openid-configuration'] = [
      [200, { ...metadata, device_authorization_endpoint: 'http://127.0.0.1:1/x' }],
    ]
    expect(await comesTo()).toMatchObject({ code: 69, err: expect.stringContaining('only') })
    answers['/.well-known/openid-configuration'] = [[200, { issuer }]]
    expect(await comesTo()).toMatchObject({ code: 69, err: expect.stringContaining('device flow') })
  })

  test('§3.5 waits as long as it was told, and a server that is away for a moment ends nothing', async () => {
    answers['/token'] = [
      [400, { error: 'authorization_pending' }],
      [503, {}],
      [200, { access_token: 'a', token_type: 'Bearer', expires_in: 600 }],
    ]
    expect(await comesTo()).toMatchObject({ code: 0 })
    const [first = 0, second = 0, third = 0] = asked.filter(({ path }) => path === '/token').map(({ at }) => at)
    expect(second - first).toBeGreaterThanOrEqual(990)
    expect(third - second).toBeGreaterThanOrEqual(1990)
  })

  test('§3.5 what ends the waiting ends the command, with a sentence', async () => {
    answers['/token'] = [[400, { error: 'expired_token' }]]
    expect(await comesTo()).toMatchObject({ code: 1, err: expect.stringContaining('nobody logged in') })
    answers['/token'] = [[400, { error: 'invalid_client', error_description: 'unknown\u001b' }]]
    expect(await comesTo()).toMatchObject({ code: 1, err: 'sallyport: no token: invalid_client, unknown\\u001b\n' })
    answers['/device_authorization'] = [[400, { error: 'unauthorized_client' }]]
    expect(await comesTo()).toMatchObject({ code: 1, err: expect.stringContaining('unauthorized_client') })
    answers['/device_authorization'] = [[200, { hello: 'world' }]]
    expect(await comesTo()).toMatchObject({ code: 69 })
  })
})
