import { generateKeyPairSync } from 'node:crypto'
import type { Server } from 'node:http'
import { sql } from 'kysely'
import { Provider } from 'oidc-provider'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Browser, type Page } from './browser.ts'
import { addUser, type Credentials, USER_PASSWORD } from './clients.ts'
import { REDIRECT_URI, tokensOf } from './code-flow.ts'
import { freePort } from './free-port.ts'
import { type House, openHouse } from './house.ts'
import { adminOffice, jsonOf, type Office } from './office.ts'
import { addCaller, addServer, askToken } from './outbound-house.ts'
import { form } from './requests.ts'
import { openScriptedServer, type ScriptedServer } from './scripted-server.ts'

/* Accounts connected at a certified provider that others wrote, and at one that lies. */

const SECRET = 'a-secret-of-these-peers-that-is-long-enough'

describe('connecting at others’ providers', () => {
  let house: House
  let admin: Office
  let client: Credentials
  let certified: { issuer: string; server: Server }
  let liar: ScriptedServer

  beforeAll(async () => {
    liar = await openScriptedServer()
    house = await openHouse({ env: { SALLYPORT_EGRESS_ALLOW: '127.0.0.0/8,::1' } })
    admin = await adminOffice(house)
    certified = await openCertified(`${house.issuer()}/outbound/certified/callback`)
    const { issuer } = certified
    const made = await admin.post('/realms/default/oauth-servers', {
      name: 'Certified',
      profile: 'generic_oidc',
      grant_type: 'authorization_code',
      authentication_method: 'client_secret_basic',
      client_id: 'ours',
      client_secret: SECRET,
      issuer,
      iss_in_callback: true,
      token_endpoint: `${issuer}/token`,
      authorization_endpoint: `${issuer}/auth`,
      userinfo_endpoint: `${issuer}/me`,
      base_url: issuer,
      scope: 'openid offline_access',
      prompt: 'consent',
      allowed_clients: ['*'],
    })
    if (made.status !== 201) throw new Error(JSON.stringify(made.body))
    await addServer(house, `${liar.url}/token`, {
      name: 'Liar',
      profile: 'generic_oidc',
      grant_type: 'authorization_code',
      issuer: liar.url,
      authorization_endpoint: `${liar.url}/authorize`,
      scope: 'openid',
    })
    await addUser(house, { username: 'ann' })
    client = await addCaller(house, 'app', {
      grant_types: ['authorization_code'],
      redirect_uris: [REDIRECT_URI],
      scope: 'openid outbound:token outbound:call',
    })
  })
  afterAll(async () => {
    await house.close()
    certified.server.closeAllConnections()
    await new Promise((resolve) => certified.server.close(resolve))
    await liar.close()
  })

  /** Ann, sent to the provider: her browser, her bearer, and where she was sent. */
  const sent = async (slug: string) => {
    const { access_token, browser } = await tokensOf(house, {
      client,
      username: 'ann',
      scope: 'openid outbound:token outbound:call',
    })
    const response = await fetch(`${house.issuer()}/outbound/${slug}/connect`, {
      method: 'POST',
      headers: { authorization: `Bearer ${access_token}` },
      body: form({ return_url: REDIRECT_URI }),
    })
    const ticket = String((await jsonOf(response)).connect_url)
    const away = await browser.submit(await browser.open(ticket), { approve: '' })
    return { browser, bearer: access_token, away: away.url, ticket }
  }

  test('oidc-provider: connected, called through the proxy, refreshed', async () => {
    const { browser, bearer, away } = await sent('certified')
    const back = await browser.open((await agreeThere(certified.issuer, away)).url)
    expect(back.url.search).toBe('?oauth_server=certified&result=connected')
    const call = () =>
      fetch(`${house.issuer()}/outbound/certified/call/me`, { headers: { authorization: `Bearer ${bearer}` } })
    expect(await (await call()).json()).toEqual({ sub: 'ada' })
    const first = (await askToken(house, 'certified', bearer)).body.access_token
    const path = '/realms/default/oauth-servers/certified/connections'
    const [connection] = (await admin.get(path)).body.items
    expect(connection).toMatchObject({ state: 'ok', username: 'ann', has_refresh_token: true })
    await admin.post(`${path}/${connection.id}/refresh`)
    expect((await askToken(house, 'certified', bearer)).body.access_token).not.toBe(first)
    expect((await call()).status).toBe(200)
  })

  test('N156 an ID token for another login, client or issuer connects nothing', async () => {
    const claims = { iss: liar.url, aud: 'our-id', sub: 'someone', exp: Math.floor(Date.now() / 1000) + 600 }
    for (const [wrong, code] of [
      [{ nonce: 'another' }, 'id_token_nonce'],
      [{ iss: 'https://evil.example' }, 'id_token_iss'],
      [{ aud: 'another' }, 'id_token_aud'],
    ] as const) {
      const { browser, bearer, away } = await sent('liar')
      const nonce = away.searchParams.get('nonce')
      const id_token = ['{"alg":"RS256"}', JSON.stringify({ ...claims, nonce, ...wrong }), 'x']
        .map((part) => Buffer.from(part).toString('base64url'))
        .join('.')
      liar.next({ json: { access_token: 'stolen', expires_in: 3600, id_token } })
      const callback = `${house.issuer()}/outbound/liar/callback?code=c&state=${away.searchParams.get('state') ?? ''}`
      expect((await browser.open(callback)).url.search).toBe(`?oauth_server=liar&result=refused&error=${code}`)
      expect((await askToken(house, 'liar', bearer)).status).toBe(409)
    }
  })

  test('what a journey rests on stands in no row', async () => {
    const { away, ticket } = await sent('liar')
    const rows = await sql<object>`select * from connect_journeys`.execute(house.app.context.db.sql)
    const text = JSON.stringify(rows.rows) + house.logged.join('')
    for (const name of ['state', 'nonce']) expect(text).not.toContain(away.searchParams.get(name))
    expect(text).not.toContain(new URL(ticket).searchParams.get('ticket'))
    expect(away.searchParams.get('code_challenge_method')).toBe('S256')
  })
})

async function openCertified(redirectUri: string): Promise<{ issuer: string; server: Server }> {
  const port = await freePort()
  const issuer = `http://127.0.0.1:${port}`
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'ours',
        client_secret: SECRET,
        token_endpoint_auth_method: 'client_secret_basic',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: [redirectUri],
        response_types: ['code'],
      },
    ],
    rotateRefreshToken: true,
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'k', use: 'sig', alg: 'RS256' }] },
    findAccount: (_: unknown, sub: string) => ({ accountId: sub, claims: () => ({ sub }) }),
    ttl: Object.fromEntries(ARTIFACTS.map((artifact) => [artifact, 600])),
  })
  const server = await new Promise<Server>((resolve) => {
    const listening = provider.listen(port, '127.0.0.1', () => resolve(listening))
  })
  return { issuer, server }
}

const ARTIFACTS = ['AccessToken', 'AuthorizationCode', 'Grant', 'IdToken', 'Interaction', 'RefreshToken', 'Session']

async function agreeThere(issuer: string, url: URL): Promise<Page> {
  const browser = new Browser(issuer)
  let at = await browser.open(url)
  for (let step = 0; step < 3 && !at.isElsewhere; step++) {
    const typed = at.body.includes('name="password"') ? { login: 'ada', password: USER_PASSWORD } : {}
    at = await browser.submit(at, typed)
  }
  return at
}
