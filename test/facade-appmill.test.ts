import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Browser } from './browser.ts'
import { addClient, addUser, type Credentials } from './clients.ts'
import { REDIRECT_URI, signIn } from './code-flow.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, jsonOf, type Office } from './office.ts'
import { basic, form } from './requests.ts'

/*
 * A script that was written for appmill: it knows two URLs, their parameters, and that credentials go by Basic or in the
 * body. It knows neither issuers nor PKCE.
 */

const OSOC = '/osoc/api/oauthcontroller'
const ASKED = '/realms/default/clients/crm/asked-redirect-uris'

describe.each(ENGINES)('appmill callers on %s', (engine) => {
  let house: House
  let admin: Office
  let crm: Credentials

  beforeAll(async () => {
    house = await openHouse({ engine })
    admin = await adminOffice(house)
    crm = await addClient(house, {
      client_id: 'crm',
      grant_types: ['authorization_code'],
      redirect_uris: [REDIRECT_URI],
      scope: 'openid profile',
      require_pkce: false,
      expires_in: 3600,
    })
    const common = { grant_types: ['authorization_code'], redirect_uris: [REDIRECT_URI] }
    await addClient(house, { client_id: 'sleeping', enabled: false, ...common })
    await addUser(house, { username: 'alice' })
  })
  afterAll(() => house.close())

  const authorizeUrl = (parameters: Readonly<Record<string, string>>) =>
    `${OSOC}/authorize?${form(parameters).toString()}`
  const asking = (redirect_url: string) => ({ response_type: 'code', client_id: 'crm', redirect_url, state: 'xyz' })
  const token = (fields: Readonly<Record<string, string>>, headers: Record<string, string> = {}) =>
    fetch(`${house.url}${OSOC}/token`, { method: 'POST', headers, body: form(fields) })
  const walk = async (url: string) => {
    const browser = new Browser(house.url)
    return await signIn(browser, await browser.open(url), 'alice')
  }

  test('off, there is nothing at its paths', async () => {
    expect((await fetch(`${house.url}${authorizeUrl(asking(REDIRECT_URI))}`)).status).toBe(404)
    expect((await token({ grant_type: 'authorization_code' }, basic(crm))).status).toBe(404)
    expect((await admin.patch('/realms/default', { facades: ['appmill'] })).status).toBe(200)
  })

  test.each([['redirect_url'], ['redirect_uri']])(
    'the code comes by %s, the token by Basic and by credentials in the body',
    async (name) => {
      for (const by of ['Basic', 'body']) {
        const { redirect_url, ...rest } = asking(REDIRECT_URI)
        const page = await walk(authorizeUrl({ ...rest, [name]: redirect_url }))
        expect(page.url.origin + page.url.pathname).toBe(REDIRECT_URI)
        const answer = Object.fromEntries(page.url.searchParams)
        expect(answer).toEqual({ code: expect.any(String), state: 'xyz', iss: house.issuer() })
        const fields = { grant_type: 'authorization_code', code: answer['code'] ?? '', [name]: REDIRECT_URI }
        const response =
          by === 'Basic' ? await token({ ...fields, client_id: 'crm' }, basic(crm)) : await token({ ...fields, ...crm })
        expect(response.status).toBe(200)
        const tokens = await jsonOf(response)
        expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: 3600 })
        const userinfo = await fetch(`${house.issuer()}/userinfo`, {
          headers: { authorization: `Bearer ${tokens.access_token}` },
        })
        expect(await jsonOf(userinfo)).toMatchObject({ preferred_username: 'alice' })
      }
    },
  )

  test('each use is counted by client, with its last time; a stop loses none', async () => {
    await house.restart()
    const uses = await admin.get('/realms/default/legacy-uses')
    expect(uses.body.items).toEqual([
      {
        client_id: 'crm',
        kind: 'appmill',
        uses: 4,
        first_used_at: expect.any(Number),
        last_used_at: expect.any(Number),
      },
    ])
  })

  test('a code works once, also here', async () => {
    const page = await walk(authorizeUrl(asking(REDIRECT_URI)))
    const code = page.url.searchParams.get('code') ?? ''
    const fields = { grant_type: 'authorization_code', code, client_id: 'crm', redirect_uri: REDIRECT_URI }
    expect((await token(fields, basic(crm))).status).toBe(200)
    expect(await jsonOf(await token(fields, basic(crm)))).toMatchObject({ error: 'invalid_grant' })
  })

  test.each([
    ['two different redirect addresses', { redirect_uri: 'https://other.example/' }],
    ['an unknown client', { client_id: 'nobody' }],
    ['a client that is not active', { client_id: 'sleeping' }],
  ])('%s: told on a page, never by redirect', async (_what, more) => {
    const response = await fetch(`${house.url}${authorizeUrl({ ...asking(REDIRECT_URI), ...more })}`, {
      redirect: 'manual',
    })
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toContain('text/html')
  })

  test('credentials in the URL of the token endpoint are refused', async () => {
    const url = `${house.url}${OSOC}/token?client_secret=${crm.client_secret}&client_id=crm`
    const response = await fetch(url, { method: 'POST', body: form({ grant_type: 'authorization_code', code: 'x' }) })
    expect(response.status).toBe(400)
    expect(house.logged.join('\n')).not.toContain(crm.client_secret)
  })

  test('N003 an unknown redirect URI is refused on a page and kept as asked for, at most ten', async () => {
    const ask = (uri: string) => fetch(`${house.url}${authorizeUrl(asking(uri))}`, { redirect: 'manual' })
    for (const uri of [
      'https://app.example/other',
      'https://app.example/other',
      'https://xn--pp-8cd.example/callback',
    ]) {
      const response = await ask(uri)
      expect(response.status).toBe(400)
      expect(await response.text()).not.toContain(uri)
    }
    const { body } = await admin.get(ASKED)
    expect(body.total).toBe(2)
    expect(body.items).toContainEqual({
      id: expect.any(String),
      redirect_uri: 'https://app.example/other',
      host: 'app.example',
      asked: 2,
      first_asked_at: expect.any(Number),
      last_asked_at: expect.any(Number),
      last_address: '127.0.0.1',
      is_punycode: false,
      looks_like: null,
      problem: null,
    })
    expect(body.items).toContainEqual(
      expect.objectContaining({ host: 'xn--pp-8cd.example', is_punycode: true, looks_like: 'app.example' }),
    )
    for (const uri of ['javascript:alert(1)', 'http://app.example/', 'https://user@app.example/', 'nonsense']) {
      expect((await ask(uri)).status).toBe(400)
    }
    expect((await admin.get(ASKED)).body.total).toBe(2)
    for (let at = 0; at < 15; at++) await ask(`https://app.example/${at}`)
    const full = (await admin.get(ASKED)).body
    expect(full.total).toBe(10)
    expect(full.items.map((item: { redirect_uri: string }) => item.redirect_uri)).toContain('https://app.example/other')
  })

  test('an administrator approves one by typing its host; then it works', async () => {
    const uri = 'https://app.example/other'
    const { items } = (await admin.get(ASKED)).body
    const { id } = items.find((item: { redirect_uri: string }) => item.redirect_uri === uri)
    for (const host of ['app.example.evil', 'https://app.example']) {
      const refused = await admin.post(`${ASKED}/${id}/approve`, { host })
      expect(refused).toMatchObject({ status: 400, body: { field: 'host' } })
    }
    expect((await admin.post(`${ASKED}/${id}/approve`, {})).status).toBe(400)
    const approved = await admin.post(`${ASKED}/${id}/approve`, { host: 'app.example' })
    expect(approved).toMatchObject({ status: 200, body: { redirect_uris: [REDIRECT_URI, uri] } })
    expect((await admin.get('/realms/default/audit?action=client.update')).body.total).toBe(1)
    expect((await admin.post(`${ASKED}/${id}/approve`, { host: 'app.example' })).status).toBe(404)
    expect((await walk(authorizeUrl(asking(uri)))).url.href).toContain(`${uri}?code=`)
  })

  test('one can be forgotten, and one that could never be registered is not approved', async () => {
    await fetch(`${house.url}${authorizeUrl(asking('https://app.example/a/../b'))}`, { redirect: 'manual' })
    const { items } = (await admin.get(ASKED)).body
    const odd = items.find((item: { problem: string | null }) => item.problem !== null)
    expect((await admin.post(`${ASKED}/${odd.id}/approve`, { host: 'app.example' })).status).toBe(409)
    expect((await admin.delete(`${ASKED}/${odd.id}`)).status).toBe(204)
    expect((await admin.delete(`${ASKED}/${odd.id}`)).status).toBe(404)
  })

  test('N139 a realm that does not have it is not reached by it', async () => {
    await admin.post('/realms', { name: 'elsewhere' })
    const other = await addClient(
      house,
      { client_id: 'far', grant_types: ['client_credentials'] },
      undefined,
      'elsewhere',
    )
    expect(await jsonOf(await token({ grant_type: 'client_credentials' }, basic(other)))).toMatchObject({
      error: 'invalid_client',
    })
  })
})
