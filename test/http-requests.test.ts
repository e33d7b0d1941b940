import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { echo, FORM_HEADERS, openServer, rawPost, sendRaw, type TestServer } from './http-server.ts'

let house: TestServer
beforeAll(async () => {
  house = await openServer((seen) => [
    echo(seen, '/realms/:realm/token', ['POST']),
    echo(seen, '/realms/:realm/authorize', ['GET', 'POST']),
    echo(seen, '/admin', ['GET']),
    echo(seen, '/things/bulk', ['POST']),
    echo(seen, '/things/:name', ['GET', 'DELETE']),
    echo(seen, '/documents', ['POST'], { bodyTypes: ['application/json', 'application/merge-patch+json'] }),
  ])
})
afterAll(() => house.server.close(1))

const statusOf = async (answer: Promise<string>): Promise<string> => (await answer).slice(9, 12)
const token = '/realms/default/token'

function postForm(body: string, type = 'application/x-www-form-urlencoded'): Promise<Response> {
  return fetch(house.url + token, {
    method: 'POST',
    body: Buffer.from(body, 'latin1'),
    headers: { 'content-type': type },
  })
}

describe('methods', () => {
  test('a fixed path takes those that it has, and leaves the others to the path with a name in its place', async () => {
    expect((await fetch(`${house.url}/things/bulk`)).status).toBe(200)
    expect(house.seen.at(-1)?.params).toEqual({ name: 'bulk' })
    expect((await fetch(`${house.url}/things/bulk`, { method: 'POST' })).status).toBe(200)
    expect(house.seen.at(-1)?.params).toEqual({})
    const refused = await fetch(`${house.url}/things/bulk`, { method: 'PUT' })
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'POST'])
  })

  test.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'TRACE', 'GET', 'HEAD'])(
    'N019 N045 %s at the token endpoint is 405 and says what is allowed (RFC 6749 §3.2)',
    async (method) => {
      const answer = await sendRaw(house.port, `${method} ${token} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
      expect(answer).toMatch(/^HTTP\/1\.1 405 /)
      expect(answer.toLowerCase()).toContain('\r\nallow: post\r\n')
    },
  )

  test('HEAD is answered as GET without the body', async () => {
    const response = await fetch(`${house.url}/admin`, { method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(0)
    expect(await response.text()).toBe('')
  })

  test('N142 a header or parameter that names another method changes nothing', async () => {
    const headers = { 'x-http-method-override': 'POST', 'x-method-override': 'POST' }
    const response = await fetch(`${house.url}${token}?_method=POST`, { headers })
    expect(response.status).toBe(405)
  })

  test('a GET with a body is refused', async () => {
    const request = 'GET /admin HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na=b'
    expect(await sendRaw(house.port, request)).toMatch(/^HTTP\/1\.1 400 [^]*connection: close/i)
  })
})

describe('paths', () => {
  test.each([
    '//admin',
    '/admin/',
    '/Admin',
    '/admin;x',
    '/admin.',
    '/x/../admin',
    '/..%2fadmin',
    '/admin%2f',
    '/nothing',
  ])('N142 N177 %s is not /admin', async (path) => {
    const answer = sendRaw(house.port, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    expect(await statusOf(answer)).toBe('404')
  })

  test('N142 an encoded path is the same door', async () => {
    const response = await fetch(`${house.url}/%61dmin`)
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ path: '/%61dmin' })
  })

  test.each(['/realms/%/authorize', '/realms/%ff/authorize', '/realms/a%00b/authorize', '/admin#x'])(
    'N177 %s is 400',
    async (path) => {
      const answer = sendRaw(house.port, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
      expect(await statusOf(answer)).toBe('400')
    },
  )

  test('parameters are decoded, the query stays as sent', async () => {
    const response = await fetch(`${house.url}/realms/a%2Fb%20c/authorize?x=%41&y`)
    expect(await response.json()).toMatchObject({ params: { realm: 'a/b c' }, query: 'x=%41&y' })
  })

  test('N173 N037 an absolute target is taken, its host is not', async () => {
    const request = 'GET http://evil.example/admin?a=b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
    const answer = await sendRaw(house.port, request)
    expect(answer).toContain('"path":"/admin"')
    expect(answer).not.toContain('evil')
  })
})

describe('bodies', () => {
  test('a form arrives as text', async () => {
    const response = await postForm('a=b', 'application/x-www-form-urlencoded; charset=UTF-8')
    expect(await response.json()).toMatchObject({ body: 'a=b' })
  })

  test.each([
    'application/json',
    'multipart/form-data; boundary=x',
    'text/plain',
    'application/x-www-form-urlencoded; charset=iso-8859-1',
    'application/x-www-form-urlencoded; charset=utf-8; charset=utf-16',
    'application/x-www-form-urlencoded, application/json',
    'application/x-www-form-urlencoded;',
  ])('N046 N019 a body of %s is 415 (RFC 6749 appendix B)', async (type) => {
    expect((await postForm('a=b', type)).status).toBe(415)
  })

  test('N046 a body without a type is 415, an empty one needs none', async () => {
    expect(await statusOf(sendRaw(house.port, rawPost(token, '', 'a=b')))).toBe('415')
    expect(await statusOf(sendRaw(house.port, rawPost(token, '', '')))).toBe('200')
  })

  test('N046 what is not UTF-8, or begins with a byte-order mark, is 400', async () => {
    expect((await postForm('a=\xff')).status).toBe(400)
    expect((await postForm('a=\xed\xa0\x80')).status).toBe(400)
    expect((await postForm('\xef\xbb\xbfa=b')).status).toBe(400)
    expect((await postForm('a=\xc3\xa4')).status).toBe(200)
  })

  test('a door takes the types that it names', async () => {
    const send = (type: string) =>
      fetch(`${house.url}/documents`, { method: 'POST', body: '{}', headers: { 'content-type': type } })
    expect((await send('application/merge-patch+json')).status).toBe(200)
    expect((await send('Application/JSON; charset="utf-8"')).status).toBe(200)
    expect((await send('application/x-www-form-urlencoded')).status).toBe(415)
  })

  test('N047 a form that says it is longer than 64 KB is 413 before it is sent', async () => {
    const head = `POST ${token} HTTP/1.1\r\nHost: x\r\n${FORM_HEADERS}Content-Length: 65537\r\n\r\na=`
    expect(await sendRaw(house.port, head)).toMatch(/^HTTP\/1\.1 413 [^]*connection: close/i)
  })

  test('N047 a form that does not say it is 413 when it has become longer', async () => {
    const head = `POST ${token} HTTP/1.1\r\nHost: x\r\n${FORM_HEADERS}Transfer-Encoding: chunked\r\n\r\n`
    const chunk = `4000\r\n${'a'.repeat(0x4000)}\r\n`
    const before = house.seen.length
    expect(await statusOf(sendRaw(house.port, head, chunk, chunk, chunk, chunk, '1\r\na\r\n'))).toBe('413')
    expect(house.seen.length).toBe(before)
    expect((await postForm('a'.repeat(65_536))).status).toBe(200)
  })

  test('N047 headers of more than 16 KB are 431', async () => {
    const request = `GET /admin HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(17_000)}\r\n\r\n`
    expect(await statusOf(sendRaw(house.port, request))).toBe('431')
  })
})

describe('headers', () => {
  test.each(['Authorization', 'Host', 'Content-Type', 'Origin', 'Cookie', 'X-Forwarded-For'])(
    'N057 N173 %s twice is 400',
    async (name) => {
      const headers = `${FORM_HEADERS}${name}: a\r\n${name.toUpperCase()}: b\r\n`
      expect(await statusOf(sendRaw(house.port, rawPost(token, headers, 'a=b')))).toBe('400')
    },
  )

  test('a request without Host, or with Set-Cookie, is 400', async () => {
    expect(await statusOf(sendRaw(house.port, 'GET /admin HTTP/1.1\r\n\r\n'))).toBe('400')
    const request = 'GET /admin HTTP/1.1\r\nHost: x\r\nConnection: close\r\nSet-Cookie: a=b\r\n\r\n'
    expect(await statusOf(sendRaw(house.port, request))).toBe('400')
  })
})

describe('N173 what two parsers could read differently is 400 and ends the connection', () => {
  const post = `POST ${token} HTTP/1.1\r\nHost: x\r\n${FORM_HEADERS}`
  test.each([
    ['both lengths', `${post}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n`],
    ['both lengths, the other way', `${post}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n`],
    ['two lengths', `${post}Content-Length: 3\r\nContent-Length: 4\r\n\r\na=b`],
    ['a coding that is not the last', `${post}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
    ['a folded header', 'GET /admin HTTP/1.1\r\nHost: x\r\nX-A: b\r\n c\r\n\r\n'],
    ['a bare line feed', 'GET /admin HTTP/1.1\nHost: x\n\n'],
    ['a space before the colon', 'GET /admin HTTP/1.1\r\nHost : x\r\n\r\n'],
    ['a length with a sign', `${post}Content-Length: +3\r\n\r\na=b`],
    ['a chunk length that is none', `${post}Transfer-Encoding: chunked\r\n\r\nzz\r\na=b\r\n0\r\n\r\n`],
  ])('%s', async (_what, bytes) => {
    expect(await statusOf(sendRaw(house.port, bytes))).toBe('400')
  })

  test('a huge chunk extension is refused', async () => {
    const bytes = `${post}Transfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(20_000)}\r\na\r\n0\r\n\r\n`
    expect(await statusOf(sendRaw(house.port, bytes))).toBe('413')
  })

  test('pipelined requests are answered in order', async () => {
    const first = `POST ${token} HTTP/1.1\r\nHost: x\r\n${FORM_HEADERS}Content-Length: 3\r\n\r\na=1`
    const answer = await sendRaw(house.port, first + rawPost(token, FORM_HEADERS, 'a=2'))
    expect(answer.indexOf('a=1')).toBeLessThan(answer.indexOf('a=2'))
    expect(answer.match(/HTTP\/1\.1 200/g)).toHaveLength(2)
  })
})
