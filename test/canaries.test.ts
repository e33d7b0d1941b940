/**
 * N153: what is secret goes through every door, in the right way and in wrong ones, and is found nowhere afterwards: not
 * in the log, not in the metrics, not in the audit, not in any table, not in the bytes of the database.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { sql as text } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { randomToken } from '#crypto/random.ts'
import { Browser } from './browser.ts'
import { authorizationUrl, REDIRECT_URI, signIn, tokenRequest } from './code-flow.ts'
import { ASSERTION_TYPE, type Handles, handlesOf, settle, signAssertion } from './handles.ts'
import { ADMIN_PASSWORD, BOOTSTRAP_SECRET, ENGINES, type House, openHouse } from './house.ts'
import { adminOffice } from './office.ts'
import { basic, form } from './requests.ts'

describe.each(ENGINES)('canaries on %s', (engine) => {
  let house: House
  let handles: Handles
  /** What must be found nowhere, by what it is. */
  const canaries = new Map<string, string>()

  /** A new one; long enough that it cannot stand somewhere by chance. */
  const canary = (name: string): string => keep(name, `Canary_${randomToken()}`)
  const keep = (name: string, value: string): string => {
    expect(value.length, name).toBeGreaterThanOrEqual(16)
    canaries.set(`${name} ${canaries.size}`, value)
    return value
  }
  const keepToken = (name: string, token: string): string => {
    const parts = token.split('.')
    if (parts.length === 3) for (const [at, part] of parts.entries()) if (at > 0) keep(`${name}, part ${at}`, part)
    return keep(name, token)
  }
  const post = async (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) => {
    const response = await fetch(house.url + path, { method: 'POST', headers, body: form(fields), redirect: 'manual' })
    return { status: response.status, body: await response.text() }
  }
  const cookies = (value = '') => ({
    cookie: `sallyport-session-default=${value}; sallyport-browser-default=${value}; other=${value}`,
  })

  beforeAll(async () => {
    house = await openHouse({ engine })
    keep('admin password', ADMIN_PASSWORD)
    keep('bootstrap secret', BOOTSTRAP_SECRET)
    await settle(house, 'default')
    handles = await handlesOf(house, 'default')
    for (const [kind, value] of Object.entries(handles.values)) {
      // A request's id stands in its row, and is of no use without the browser's cookie.
      if (kind !== 'authorization request' && kind !== 'ID token of ES256') keepToken(kind, value)
    }
    keep('verifier', handles.authorized.verifier)
  })
  afterAll(() => house.close())

  test('through the management API', async () => {
    const office = await adminOffice(house)
    keepToken('administrator’s token', office.token ?? '')
    const clients = '/realms/default/clients'
    const made = [
      await office.post(clients, {
        client_id: 'typed',
        grant_types: ['client_credentials'],
        client_secret: canary('typed'),
      }),
      await office.post(clients, { client_id: 'generated', grant_types: ['client_credentials'] }),
      await office.post(clients, {
        client_id: 'sealed',
        grant_types: ['client_credentials'],
        token_endpoint_auth_method: 'client_secret_jwt',
      }),
      await office.post(`${clients}/typed/secrets`, { secret: canary('second secret'), overlap_seconds: 60 }),
      await office.post(`${clients}/generated/secrets`, { label: 'a label' }),
    ]
    for (const { status, body } of made) {
      expect(status, JSON.stringify(body)).toBe(201)
      if (typeof body.client_secret === 'string') keep('secret', body.client_secret)
    }
    const users = '/realms/default/users'
    const bob = await office.post(users, { username: 'bob', password: canary('password'), must_change_password: true })
    expect(bob.status).toBe(201)
    expect(
      (await office.patch(`${users}/${bob.body.id}`, { password: canary('password'), must_change_password: true }))
        .status,
    ).toBe(200)
    const refused = [
      office.post(clients, { client_id: 'typed', client_secret: canary('taken') }),
      office.post(clients, { client_id: 'x', client_secret: canary('unknown field'), secret_hash: canary('field') }),
      office.post(clients, { client_id: 'x', client_secret: [canary('in a list')] }),
      office.post(users, { username: 'x', password: `\n${canary('control character')}` }),
      office.post(users, { username: 'x', password_hash: canary('hash') }),
      office.post(`${clients}/typed/secrets`, `{"secret": "${canary('broken JSON')}`),
      office.get(`${clients}?client_secret=${canary('filter')}`),
      office.get('/realms', { authorization: `Bearer ${canary('unknown bearer')}` }),
      office.get('/realms', { authorization: `Basic ${canary('basic')}` }),
      office.get('/realms', cookies(canary('cookie'))),
    ]
    for (const { status } of await Promise.all(refused)) expect(status).toBeLessThan(500)
  })

  test('through login, consent and logout', async () => {
    const parameters = { response_type: 'code', client_id: 'app', redirect_uri: REDIRECT_URI, scope: 'openid' }
    const challenge = { code_challenge: 'A'.repeat(43), code_challenge_method: 'S256' }
    const url = authorizationUrl(house, { ...parameters, ...challenge })
    const browser = new Browser(house.url)
    const page = await browser.open(url)
    for (const username of ['alice', 'nobody', 'bob']) {
      await browser.submit(page, { username, password: canary('wrong password'), login: '' })
    }
    await browser.submit(
      page,
      { username: 'alice', password: canary('foreign'), login: '' },
      { origin: 'https://evil.example' },
    )
    await browser.post(page.url, { username: 'alice', password: canary('no token') })
    const answer = await signIn(browser, page, 'alice')
    keep('code', answer.url.searchParams.get('code') ?? '')
    for (const [name, value] of browser.cookies) keep(name, value)
    const bob = new Browser(house.url)
    const [, first = ''] = [...canaries].findLast(([name]) => name.startsWith('password')) ?? []
    const change = await bob.submit(await bob.open(url), { username: 'bob', password: first, login: '' })
    expect(change.body).toContain('new_password')
    const chosen = canary('chosen password')
    const typed = { new_password: chosen, new_password_again: canary('another'), change_password: '1' }
    const again = await bob.submit(change, typed)
    expect(again.body).toContain('new_password')
    await bob.submit(again, { ...typed, new_password_again: chosen })
    const silent = authorizationUrl(house, { ...parameters, ...challenge, prompt: 'none' }).href
    for (const hint of [handles.values['ID token'], handles.values['access token'], canary('hint')]) {
      await browser.open(`${silent}&id_token_hint=${hint}`)
      await browser.open(`${house.issuer()}/logout?id_token_hint=${hint}&client_id=typed`)
    }
    await fetch(url, { headers: cookies(canary('cookie')), redirect: 'manual' })
  })

  test('through every door of clients, in every slot', async () => {
    const { values } = handles
    const secrets = [...Object.values(values), canary('made up')]
    const slots = [
      'code',
      'code_verifier',
      'refresh_token',
      'client_secret',
      'client_assertion',
      'token',
      'access_token',
    ]
    const app = { client_id: 'app', client_secret: values['client secret'] }
    for (const door of ['token', 'introspect', 'revoke', 'userinfo', 'authorize', 'logout']) {
      const path = `/realms/default/${door}`
      for (const slot of slots) {
        for (const secret of secrets.filter((each) => door !== 'revoke' || each.startsWith('Canary'))) {
          for (const grant_type of ['authorization_code', 'refresh_token', 'client_credentials']) {
            const fields = { grant_type, client_assertion_type: ASSERTION_TYPE, [slot]: secret }
            expect((await post(path, fields, slot.startsWith('client') ? {} : basic(app))).status).toBeLessThan(500)
          }
          const query = `${slot}=${encodeURIComponent(secret)}`
          await fetch(`${house.url}${path}?${query}`, { method: 'POST', headers: basic(app), redirect: 'manual' })
          await fetch(`${house.url}${path}?${query}`, { redirect: 'manual' })
        }
      }
    }
    for (const secret of secrets) {
      for (const scheme of ['Bearer', 'Basic', 'DPoP', '']) {
        const headers = { authorization: `${scheme} ${secret}`.trim(), ...cookies(secret) }
        for (const path of ['/realms/default/userinfo', '/api/v1/realms', '/realms/default/jwks', '/', '/nowhere']) {
          const response = await fetch(house.url + path, { headers })
          expect(response.status).toBeLessThan(500)
        }
        await post('/realms/default/token', { grant_type: 'client_credentials' }, headers)
      }
      const wrong = { client_id: 'app', client_secret: secret }
      await tokenRequest(house, wrong, { grant_type: 'client_credentials' })
    }
    const refused = signAssertion({ iss: 'signer', sub: 'signer', aud: 'https://elsewhere.example', jti: 'x' })
    const assertion = { client_assertion: refused, client_assertion_type: ASSERTION_TYPE }
    keep('signature of a refused assertion', refused.split('.')[2] ?? '')
    expect((await post('/realms/default/token', { grant_type: 'client_credentials', ...assertion })).status).toBe(401)
  })

  test('the good ones were good: used as they are meant, they work', async () => {
    const fresh = await handlesOf(house, 'default')
    const { values } = fresh
    for (const [kind, value] of Object.entries(values)) {
      if (kind !== 'authorization request' && kind !== 'ID token of ES256') keepToken(kind, value)
    }
    const app = { client_id: 'app', client_secret: values['client secret'] }
    const introspected = await post('/realms/default/introspect', { token: values['access token'] }, basic(app))
    expect(introspected.body).toContain('"active":true')
    const refreshed = await tokenRequest(house, app, {
      grant_type: 'refresh_token',
      refresh_token: values['refresh token'],
    })
    const answer = (await refreshed.json()) as Record<string, string>
    expect(refreshed.status).toBe(200)
    for (const name of ['access_token', 'refresh_token', 'id_token']) keepToken(name, answer[name] ?? '')
    const asserted = { client_assertion: values['client assertion'], client_assertion_type: ASSERTION_TYPE }
    expect((await post('/realms/default/token', { grant_type: 'client_credentials', ...asserted })).status).toBe(200)
    for (const token of [values['access token'], values['opaque access token']]) {
      const headers = { authorization: `Bearer ${token}` }
      expect((await fetch(`${house.issuer()}/userinfo`, { headers })).status).toBe(200)
    }
    expect((await post('/realms/default/revoke', { token: values['access token'] }, basic(app))).status).toBe(200)
  })

  /** As it is, and as it is written in a URL, a header or a dump. */
  const spellings = (value: string): readonly string[] => {
    const bytes = Buffer.from(value)
    const written = [value, encodeURIComponent(value), bytes.toString('hex'), bytes.toString('base64url')]
    return [...new Set(written)]
  }
  const found = (haystack: string): readonly string[] =>
    [...canaries].filter(([, value]) => spellings(value).some((each) => haystack.includes(each))).map(([name]) => name)

  test('N153 nothing of it in the log', () => {
    expect(canaries.size).toBeGreaterThan(40)
    expect(house.logged.length).toBeGreaterThan(100)
    expect(found(house.logged.join('\n'))).toEqual([])
    expect(house.logged.filter((line) => line.includes('"level":"error"'))).toEqual([])
  })

  test('N153 nothing of it in the metrics', async () => {
    expect(found(await (await fetch(`${house.operationsUrl}/metrics`)).text())).toEqual([])
  })

  test('N153 N152 nothing of it in the audit or in any other table', async () => {
    const { sql } = house.app.context.db
    const tables = (await sql.introspection.getTables()).map(({ name }) => name)
    expect(tables).toEqual(expect.arrayContaining(['audit', 'clients', 'refresh_tokens', 'sessions', 'credentials']))
    for (const table of tables) {
      const { rows } = await text`select * from ${text.table(table)}`.execute(sql)
      expect(found(JSON.stringify(rows)), table).toEqual([])
    }
    const audited = await sql.selectFrom('audit').select('id').execute()
    expect(audited.length).toBeGreaterThan(5)
    const spent = createHash('sha256').update(handles.values['refresh token']).digest('base64url')
    const known = await sql.selectFrom('refresh_tokens').select('token_hash').where('token_hash', '=', spent).execute()
    expect(known, 'a hash is what is kept').toHaveLength(1)
  })

  test('N153 nothing of it in the bytes of the database file', async () => {
    if (engine !== 'sqlite') return
    const file = house.config.databaseUrl.replace(/^sqlite:(\/\/)?/, '')
    const bytes = ['', '-wal', '-shm'].map((end) => (existsSync(file + end) ? readFileSync(file + end, 'latin1') : ''))
    expect(bytes[0]?.length).toBeGreaterThan(10_000)
    expect(bytes[1]?.length).toBeGreaterThan(10_000)
    expect(found(bytes.join(''))).toEqual([])
  })
})
