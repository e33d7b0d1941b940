import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { addUser, type Credentials } from './clients.ts'
import { REDIRECT_URI, tokensOf } from './code-flow.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, type Office } from './office.ts'
import { addCaller, addServer, connect as connectUser, OPEN_HERE, outboundBearer } from './outbound-house.ts'
import { openScriptedServer, type ScriptedServer } from './scripted-server.ts'

/* The call proxy: an application's call with a token that it never sees. */

describe.each(ENGINES)('the call proxy, on %s', (engine) => {
  let house: House
  let api: ScriptedServer
  let admin: Office
  let app: Credentials
  let bearer: string
  let tokens = 0

  beforeAll(async () => {
    api = await openScriptedServer()
    house = await openHouse({ engine, env: OPEN_HERE })
    admin = await adminOffice(house)
    await addServer(house, `${api.url}/token`, { name: 'Crm', base_url: `${api.url}/api/v2/` })
    await addServer(house, `${api.url}/token`, { name: 'Bare' })
    await addServer(house, `${api.url}/token`, { name: 'Closed', allowed_clients: [], base_url: `${api.url}/api` })
    app = await addCaller(house, 'app')
    bearer = await outboundBearer(house, app, 'outbound:token outbound:call')
  })
  beforeEach(() => {
    api.reset()
    api.stand('/token', () => ({ json: { access_token: `token-${++tokens}`, expires_in: 3600 } }))
  })
  afterAll(async () => {
    await house.close()
    await api.close()
  })

  const call = (path: string, init: RequestInit = {}, slug = 'crm') =>
    fetch(`${house.issuer()}/outbound/${slug}/call/${path}`, {
      redirect: 'manual',
      ...init,
      headers: { authorization: `Bearer ${bearer}`, ...(init.headers as Record<string, string>) },
    })
  const asked = () => api.asked.filter(({ path }) => path !== '/token')

  test('method, path, query, headers and body go through; the token is ours', async () => {
    api.stand('/api/v2/contacts/a%20b', { status: 201, json: { ok: true }, headers: { etag: '"1"', location: '/x/1' } })
    const answer = await call('contacts/a%20b?x=1&y=%26', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-own': 'kept' },
      body: '{"name":"Ada"}',
    })
    expect(answer.status).toBe(201)
    expect(await answer.json()).toEqual({ ok: true })
    const [seen] = asked()
    expect(seen).toMatchObject({
      method: 'POST',
      path: '/api/v2/contacts/a%20b',
      query: { x: '1', y: '&' },
      body: '{"name":"Ada"}',
    })
    expect(seen?.headers).toMatchObject({ authorization: `Bearer token-${tokens}`, 'x-own': 'kept' })
    expect(answer.headers.get('etag')).toBe('"1"')
    expect(answer.headers.get('location')).toBe('/x/1')
  })

  test.each(['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'])('%s', async (method) => {
    api.stand('/api/v2/a', { text: 'hello', headers: { 'content-length': '5' } })
    const answer = await call('a', { method })
    expect(answer.status).toBe(200)
    expect(asked()[0]?.method).toBe(method)
    expect(answer.headers.get('content-length')).toBe('5')
    expect(await answer.text()).toBe(method === 'HEAD' ? '' : 'hello')
  })

  test('long bodies stream both ways', async () => {
    api.stand('/api/v2/long', ({ body }) => ({ text: String(body.length), paddingBytes: 5_000_000 }))
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1
        if (sent > 80) controller.close()
        else controller.enqueue(new Uint8Array(65_536).fill(97))
      },
    })
    let sent = 0
    const answer = await call('long', { method: 'POST', body, duplex: 'half' } as RequestInit)
    const text = await answer.text()
    expect(text.trim()).toBe(String(80 * 65_536))
    expect(text.length).toBeGreaterThan(5_000_000)
  })

  test('N164 the target stays under the base URL', async () => {
    const evil = [
      '/evil.example/x',
      '//evil.example',
      '@evil.example/x',
      'user:pass@evil.example/',
      '\\evil.example',
      'a\\..\\..\\x',
      '../x',
      'a/../../x',
      'a/%2e%2e/x',
      'a/%2E./x',
      'a/%252e%252e/x',
      'a%2fb',
      'a%2Fb',
      'a%5cb',
      'a%252fb',
      'a%0d%0aX:%20y',
      'a%00',
      'http://evil.example/',
      'https:%2f%2fevil.example',
      'a//b',
    ]
    for (const path of evil) expect((await raw(`GET /realms/default/outbound/crm/call/${path}`)).status, path).toBe(400)
    expect(asked()).toEqual([])
    expect((await raw('GET /realms/default/outbound/crm/call/a?x=%0d%0ab')).status).not.toBe(500)
  })

  /** A request target that no client library would send as it is. */
  async function raw(line: string, headers: readonly string[] = []) {
    const { port } = new URL(house.url)
    const socket = connect(Number(port), '127.0.0.1')
    socket.write(
      `${line} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${bearer}\r\n${headers.map((each) => `${each}\r\n`).join('')}Connection: close\r\n\r\n`,
    )
    let text = ''
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
    })
    await once(socket, 'close')
    return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]), text }
  }

  test('N167 what speaks for a hop or for somebody is not passed on', async () => {
    api.stand('/api/v2/a', { text: 'ok' })
    const stripped = {
      cookie: 'a=b',
      forwarded: 'for=1.2.3.4',
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-host': 'evil',
      x_forwarded_proto: 'https',
      'x-real-ip': '1.2.3.4',
      'remote-user': 'root',
      x_remote_user: 'root',
      'x-sallyport-user': 'root',
      'proxy-authorization': 'Basic eDp5',
      'x-http-method-override': 'DELETE',
      'x-original-url': '/admin',
      te: 'trailers',
    }
    const { port } = new URL(house.url)
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = {
        ...stripped,
        'x-secret': 's',
        'x-kept': 'k',
        connection: 'close, x-secret',
        authorization: `Bearer ${bearer}`,
      }
      httpRequest({ port, host: '127.0.0.1', path: '/realms/default/outbound/crm/call/a', headers }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
        .on('error', reject)
        .end()
    })
    expect(status).toBe(200)
    const names = Object.keys(asked()[0]?.headers ?? {})
    for (const name of [...Object.keys(stripped), 'x-secret']) expect(names).not.toContain(name)
    expect(names).toContain('x-kept')
    const smuggled = ['Transfer-Encoding: chunked', 'Content-Length: 3']
    expect((await raw('POST /realms/default/outbound/crm/call/a', smuggled)).status).toBe(400)
    expect((await raw('GET /realms/default/outbound/crm/call/a', ['Host: evil'])).status).toBe(400)
  })

  test('N168 an answer sets nothing in a browser and is never a page of ours', async () => {
    api.stand('/api/v2/page', {
      text: '<script>alert(1)</script>',
      headers: {
        'content-type': 'text/html',
        'set-cookie': 'sallyport-session-default=x; Path=/',
        'strict-transport-security': 'max-age=1',
        'content-security-policy': "default-src 'unsafe-inline'",
        'clear-site-data': '"*"',
        'access-control-allow-origin': '*',
        'service-worker-allowed': '/',
        'content-disposition': 'inline',
        'cache-control': 'public, max-age=9999',
        'x-api': 'kept',
      },
    })
    const { headers } = await call('page')
    for (const name of ['set-cookie', 'strict-transport-security', 'clear-site-data', 'access-control-allow-origin']) {
      expect(headers.get(name), name).toBeNull()
    }
    expect(headers.get('service-worker-allowed')).toBeNull()
    expect(headers.get('content-security-policy')).toBe("sandbox; default-src 'none'")
    expect(headers.get('content-disposition')).toBe('attachment')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-api')).toBe('kept')
  })

  test('N166 a redirect is told, and followed by nobody', async () => {
    api.stand('/api/v2/go', { status: 302, headers: { location: 'https://evil.example/' } })
    const answer = await call('go')
    expect(answer.status).toBe(302)
    expect(answer.headers.get('location')).toBeNull()
    expect(answer.headers.get('x-sallyport-location')).toBe('https://evil.example/')
    expect(asked()).toHaveLength(1)
  })

  test('a token that the API does not take is renewed once, then its answer stands', async () => {
    api.stand('/api/v2/a', ({ headers }) =>
      headers.authorization === `Bearer token-${tokens}` && fresh ? { text: 'ok' } : { status: 401, text: 'expired' },
    )
    let fresh = false
    api.stand('/token', () => {
      fresh = true
      return { json: { access_token: `token-${++tokens}`, expires_in: 3600 } }
    })
    const answer = await call('a', { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } })
    expect(answer.status).toBe(200)
    expect(asked().map(({ body }) => body)).toEqual(['x', 'x'])
    api.stand('/api/v2/a', { status: 401, text: 'no' })
    const before = tokens
    for (let count = 0; count < 3; count++) {
      const refused = await call('a')
      expect(refused.status).toBe(401)
      expect(refused.headers.get('x-sallyport-answer')).toBe('api')
    }
    expect(tokens - before).toBeLessThanOrEqual(1)
  })

  test('who may call: scope, allow list, server, base URL', async () => {
    api.stand('/api/v2/a', { text: 'ok' })
    const narrow = await outboundBearer(house, app, 'outbound:token')
    expect((await call('a', { headers: { authorization: `Bearer ${narrow}` } })).status).toBe(403)
    expect((await call('a', { headers: { authorization: '' } })).status).toBe(401)
    expect((await call('a', {}, 'closed')).status).toBe(403)
    expect((await call('a', {}, 'nowhere')).status).toBe(404)
    expect((await call('a', {}, 'bare')).status).toBe(409)
    expect(asked()).toEqual([])
  })

  test('a disabled server answers 503 with the reason', async () => {
    await admin.post('/realms/default/oauth-servers/crm/disable', { reason: 'the contract ended' })
    const answer = await call('a')
    expect(answer.status).toBe(503)
    expect(await answer.text()).toContain('the contract ended')
    expect(answer.headers.get('x-sallyport-answer')).toBeNull()
    await admin.post('/realms/default/oauth-servers/crm/enable')
  })

  test('N163 N169 each person’s calls carry that person’s token', async () => {
    await addServer(house, `${api.url}/token`, {
      name: 'Mail',
      grant_type: 'authorization_code',
      authorization_endpoint: `${api.url}/authorize`,
      base_url: `${api.url}/mail`,
    })
    const client = await addCaller(house, 'mailer', {
      grant_types: ['authorization_code'],
      redirect_uris: [REDIRECT_URI],
      scope: 'openid outbound:call',
    })
    api.stand('/mail/me', ({ headers }) => ({ text: String(headers.authorization) }))
    const scope = 'openid outbound:call'
    for (const username of ['ann', 'bob']) {
      const id = await addUser(house, { username })
      api.next({ json: { access_token: `of-${username}`, expires_in: 3600 } })
      await connectUser(house, 'mail', id)
    }
    await addUser(house, { username: 'eve' })
    const answers = await Promise.all(
      ['ann', 'bob', 'eve'].map(async (username) => {
        const { access_token } = await tokensOf(house, { client, username, scope })
        const answer = await call('me', { headers: { authorization: `Bearer ${access_token}` } }, 'mail')
        return answer.status === 200 ? await answer.text() : answer.status
      }),
    )
    expect(answers).toEqual(['Bearer of-ann', 'Bearer of-bob', 409])
  })
})
