/** `token` by every grant, with a browser beside it where a person has to agree. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCommand } from '#cli/program.ts'
import { readConfig } from '../src/config.ts'
import { Browser } from './browser.ts'
import { jsonOf } from './cli-house.ts'
import { addClient, addUser, type Credentials, USER_PASSWORD } from './clients.ts'
import { REDIRECT_URI, signIn } from './code-flow.ts'
import type { Ended } from './command.ts'
import { DEVICE_CODE, toQuestion } from './device-flow.ts'
import { type House, openHouse } from './house.ts'
import { adminOffice } from './office.ts'

let house: House
let directory: string
let client: Credentials
let secretFile: string

beforeAll(async () => {
  house = await openHouse()
  directory = mkdtempSync(join(tmpdir(), 'sallyport-token-'))
  const grant_types = ['authorization_code', 'client_credentials', DEVICE_CODE, 'password', 'refresh_token']
  const scope = 'openid profile offline_access'
  client = await addClient(house, { client_id: 'app', grant_types, scope, redirect_uris: [REDIRECT_URI] })
  await addClient(house, {
    client_id: 'spa',
    grant_types: ['authorization_code'],
    token_endpoint_auth_method: 'none',
    scope: 'openid',
    redirect_uris: [REDIRECT_URI],
  })
  await addUser(house, { username: 'ada' })
  await (await adminOffice(house)).patch('/realms/default', { allow_password_grant: true })
  secretFile = file('secret', client.client_secret)
})
afterAll(async () => {
  await house.close()
  rmSync(directory, { recursive: true })
})

function file(name: string, content: string): string {
  const path = join(directory, name)
  writeFileSync(path, `${content}\n`, { mode: 0o600 })
  return path
}

interface Sitting {
  /** What standard input holds, once it is asked for. */
  readonly input?: () => Promise<string>
  /** Each piece that goes to standard error. */
  readonly heard?: (text: string) => void
}

async function token(args: readonly string[], { input, heard }: Sitting = {}): Promise<Ended> {
  const env: Record<string, string> = { SALLYPORT_PUBLIC_URL: house.url, SALLYPORT_DATA_DIR: directory }
  let out = ''
  let err = ''
  const code = await runCommand(['token', ...args], {
    settings: () => readConfig(env),
    environment: (name) => env[name],
    start: () => Promise.reject(new Error('a test starts no server this way')),
    out: (text) => {
      out += text
    },
    err: (text) => {
      err += text
      heard?.(text)
    },
    input: input ?? (() => Promise.resolve('')),
  })
  return { code, out, err }
}

const app = () => ['--client-id', 'app', '--secret-file', secretFile]

/** The person opens the address that is shown, signs in, and pastes where it led, as `changed` by who is in between. */
async function byCode(args: readonly string[], changed = (url: URL) => url): Promise<Ended> {
  const { promise: shown, resolve } = Promise.withResolvers<string>()
  const how = ['--grant', 'authorization_code', '--redirect-uri', REDIRECT_URI]
  return await token([...how, ...args], {
    heard(text) {
      const url = /Open (\S+)/.exec(text)?.[1]
      if (url !== undefined) resolve(url)
    },
    async input() {
      const browser = new Browser(house.url)
      const page = await signIn(browser, await browser.open(new URL(await shown)), 'ada')
      return `${changed(new URL(page.url)).href}\n`
    },
  })
}

test('authorization code: the pasted address is redeemed with PKCE, and both tokens are shown', async () => {
  const ended = await byCode([...app(), '--scope', 'openid profile', '--json'])
  expect(ended.code, ended.err).toBe(0)
  expect(jsonOf(ended.out)).toMatchObject({
    answer: { token_type: 'Bearer', scope: 'openid profile' },
    claims: { client_id: 'app' },
    id_token: { claims: { aud: 'app' } },
  })
  const people = await byCode(['--client-id', 'spa', '--scope', 'openid'])
  expect(people.out).toMatch(/claims of the ID token\n +/)
})

test('authorization code: an answer to another question, of another issuer or to another place is not redeemed', async () => {
  const swapped = (name: string, value: string) => (url: URL) => {
    url.searchParams.set(name, value)
    return url
  }
  const state = await byCode(app(), swapped('state', 'theirs'))
  expect(state).toMatchObject({ code: 1, out: '', err: expect.stringContaining('another question') })
  const issuer = await byCode(app(), swapped('iss', 'https://evil.example'))
  expect(issuer).toMatchObject({ code: 1, err: expect.stringContaining('another issuer') })
  const denied = await byCode(app(), swapped('error', 'access_denied\u001b[2J'))
  expect(denied).toMatchObject({ code: 1, err: expect.stringContaining('no token: access_denied\\u001b[2J') })
  const elsewhere = await byCode(app(), () => new URL('https://evil.example/callback?code=x'))
  expect(elsewhere).toMatchObject({ code: 2, err: expect.stringContaining('redirect URI') })
})

test('device code: what to open goes to standard error, the token alone to standard output', async () => {
  const { promise: shown, resolve } = Promise.withResolvers<string>()
  const ending = token([...app(), '--grant', 'device_code', '--scope', 'openid', '--raw'], {
    heard(text) {
      const code = /enter the code (\S+)/.exec(text)?.[1]
      if (code !== undefined) resolve(code)
    },
  })
  const { browser, page } = await toQuestion(house, await shown, 'ada')
  await browser.submit(page, { approve: '1' })
  const { code, out } = await ending
  expect(code).toBe(0)
  expect(out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
})

test('password, then the refresh token that came of it', async () => {
  const who = ['--grant', 'password', '--username', 'ada', '--password-file', file('password', USER_PASSWORD)]
  const first = await token([...app(), ...who, '--scope', 'openid offline_access', '--json'])
  expect(first.code, first.err).toBe(0)
  const { answer } = jsonOf(first.out) as { answer: { refresh_token: string } }
  const refresh = ['--grant', 'refresh_token', '--refresh-token-file', '-', '--json']
  const second = await token([...app(), ...refresh], { input: () => Promise.resolve(answer.refresh_token) })
  expect(jsonOf(second.out)).toMatchObject({
    answer: { refresh_token: expect.any(String) },
    claims: { client_id: 'app' },
  })
  const wrong = [...who.slice(0, -1), file('wrong', 'not the password')]
  expect(await token([...app(), ...wrong])).toMatchObject({ code: 1, err: expect.stringContaining('invalid_grant') })
})

test('client credentials in the body', async () => {
  const post = { client_id: 'poster', token_endpoint_auth_method: 'client_secret_post' as const }
  const { client_secret } = await addClient(house, { ...post, grant_types: ['client_credentials'], scope: '' })
  const asked = ['--client-id', 'poster', '--secret-file', file('poster', client_secret)]
  expect(await token([...asked, '--auth-method', 'client_secret_post'])).toMatchObject({ code: 0 })
})

test('what a grant needs is said before anything is asked', async () => {
  const needs = async (grant: string) => (await token([...app(), '--grant', grant])).err
  expect(await needs('password')).toContain('--username')
  expect(await needs('refresh_token')).toContain('--refresh-token-file')
  expect(await needs('authorization_code')).toContain('--redirect-uri')
  expect(await token([...app(), '--grant', 'magic'])).toMatchObject({ code: 2, out: '' })
  expect(await token(['--client-id', 'app'])).toMatchObject({ code: 2, err: expect.stringContaining('secret') })
})
