import { request as httpRequest } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { allowOrigin } from '#http/cors.ts'
import type { Request, Route } from '#http/message.ts'
import { Refusal } from '#http/refusal.ts'
import { door, echo, fine, openServer, sendRaw, type TestServer } from './http-server.ts'

let house: TestServer | undefined
afterEach(() => house?.server.close(1))

async function open(...wanted: Parameters<typeof openServer>): Promise<TestServer> {
  house = await openServer(...wanted)
  return house
}

describe('refusals and faults', () => {
  test('a refusal goes out without its detail, which the log has', async () => {
    const { url, logged } = await open(() => [
      door('/refuse', () => {
        throw new Refusal(400, 'invalid_grant', 'that code is unknown', { sent: 'a\r\nb\u001b[31m' }, { 'x-a': 'b' })
      }),
    ])
    const response = await fetch(`${url}/refuse?code=very-secret`)
    expect(response.status).toBe(400)
    expect(response.headers.get('x-a')).toBe('b')
    expect(await response.json()).toEqual({ error: 'invalid_grant', error_description: 'that code is unknown' })
    const line = JSON.parse(logged.join('')) as Record<string, unknown>
    expect(line).toMatchObject({ level: 'info', error: 'invalid_grant', door: '/refuse', path: '/refuse' })
    expect(line['detail']).toEqual({ sent: 'a\ufffd\ufffdb\ufffd[31m' })
    expect(logged.join('')).not.toContain('very-secret')
  })

  test.each(['thrown', 'rejected'])('a fault that is %s is 500 with the number of the log line', async (how) => {
    const fault = new Error('select * from secrets')
    const { url, logged } = await open(() => [
      door('/fault', () => {
        if (how === 'thrown') throw fault
        return Promise.reject(fault)
      }),
    ])
    const response = await fetch(`${url}/fault`)
    expect(response.status).toBe(500)
    const { error, error_description } = (await response.json()) as Record<string, string>
    expect(error).toBe('server_error')
    const line = JSON.parse(logged.join('')) as { request_id: string; level: string }
    expect(line.level).toBe('error')
    expect(error_description).toContain(line.request_id)
    expect(error_description).not.toContain('select')
  })

  test('a fault that is an outage is told as one', async () => {
    const away = new Error('away')
    const classify = (fault: unknown) =>
      fault === away
        ? { status: 503, error: 'temporarily_unavailable', description: 'later', headers: { 'retry-after': '2' } }
        : undefined
    const { url } = await open(() => [door('/away', () => Promise.reject(away))], { classify })
    const response = await fetch(`${url}/away`)
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2'])
  })

  test('a form of refusal that breaks still answers, and so does a header that cannot be sent', async () => {
    const { url } = await open(() => [
      door('/broken', () => Promise.reject(new Refusal(403, 'access_denied', 'no')), {
        refused: () => {
          throw new Error('broken')
        },
      }),
      door('/split', () => ({ ...fine, headers: { location: 'x\r\nset-cookie: a=b' } })),
    ])
    expect((await fetch(`${url}/broken`)).status).toBe(403)
    await expect(fetch(`${url}/split`)).rejects.toThrow()
    expect((await fetch(`${url}/broken`)).status).toBe(403)
  })
})

describe('headers', () => {
  test('N021 every answer is no-store and nosniff; HSTS on https only', async () => {
    const plain = await open((seen) => [echo(seen, '/a', ['GET'])])
    const answer = await fetch(`${plain.url}/a`)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('strict-transport-security')).toBeNull()
    await plain.server.close(1)
    const secure = await open((seen) => [echo(seen, '/a', ['GET'])], { secure: true })
    expect((await fetch(`${secure.url}/nothing`)).headers.get('strict-transport-security')).toMatch(/^max-age=\d{8}/)
  })

  test('a door may let its answer be kept', async () => {
    const headers = { 'cache-control': 'public, max-age=60' }
    const { url } = await open(() => [door('/a', () => ({ ...fine, headers }))])
    expect((await fetch(`${url}/a`)).headers.get('cache-control')).toBe('public, max-age=60')
  })

  test('requests are counted by door, method and status, all of them ours', async () => {
    const { url, metrics } = await open(() => [door('/realms/:realm/x', () => fine, { name: 'x' })])
    await fetch(`${url}/realms/one/x`)
    await fetch(`${url}/realms/two/x`, { method: 'PURGE' })
    await fetch(`${url}/whatever`)
    const text = await metrics.text()
    expect(text).toContain('duration_seconds_count{door="x",method="GET",status="200"} 1')
    expect(text).toContain('duration_seconds_count{door="x",method="other",status="405"} 1')
    expect(text).toContain('duration_seconds_count{door="none",method="other",status="404"} 1')
  })
})

describe('cross-origin (Fetch §3.2)', () => {
  const origin = 'https://app.example'
  const preflight = { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } }
  const routes = (): readonly Route[] => [
    door('/any', () => fine, { cors: 'any' }),
    door('/some', () => ({ ...fine, headers: allowOrigin(origin) }), {
      methods: ['POST'],
      cors: (_request: Request, asked: string) => Promise.resolve(asked === origin),
    }),
    door('/none', () => fine),
  ]

  test('N059 an open door is open to all, without credentials', async () => {
    const { url } = await open(routes)
    for (const options of [{}, preflight]) {
      const { headers } = await fetch(`${url}/any`, options)
      expect(headers.get('access-control-allow-origin')).toBe('*')
      expect(headers.get('access-control-allow-credentials')).toBeNull()
    }
  })

  test('N059 a preflight passes for an origin that the door knows', async () => {
    const { url } = await open(routes)
    const { status, headers } = await fetch(`${url}/some`, preflight)
    expect(status).toBe(204)
    expect(headers.get('access-control-allow-origin')).toBe(origin)
    expect(headers.get('access-control-allow-methods')).toBe('POST, OPTIONS')
    expect(headers.get('access-control-allow-headers')).toBe('authorization, content-type')
    expect(headers.get('vary')).toBe('Origin')
    expect((await fetch(`${url}/some`, { method: 'POST' })).headers.get('access-control-allow-origin')).toBe(origin)
  })

  test.each(['https://evil.example', 'null', 'https://app.example.evil.example'])(
    'N059 but not for %s',
    async (other) => {
      const { url } = await open(routes)
      const { headers } = await fetch(`${url}/some`, { ...preflight, headers: { ...preflight.headers, origin: other } })
      expect(headers.get('access-control-allow-origin')).toBeNull()
      expect(headers.get('vary')).toBe('Origin')
    },
  )

  test('a door without a rule answers no preflight', async () => {
    const { url } = await open(routes)
    expect((await fetch(`${url}/none`, preflight)).status).toBe(405)
  })
})

describe('the client’s address', () => {
  const ask = async (forwarded: string, trustedProxies: readonly string[]): Promise<string> => {
    const { url, server } = await open((seen) => [echo(seen, '/a', ['GET'])], { trustedProxies })
    const response = await fetch(`${url}/a`, {
      headers: { 'x-forwarded-for': forwarded, 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
    })
    const { address } = (await response.json()) as { address: string }
    await server.close(1)
    return address
  }

  test('N036 nobody is believed who is not trusted', async () => {
    expect(await ask('203.0.113.9', [])).toBe('127.0.0.1')
    expect(await ask('203.0.113.9', ['10.0.0.0/8'])).toBe('127.0.0.1')
  })

  test('N036 a trusted proxy names the client: the right-most hop that is not trusted', async () => {
    expect(await ask('203.0.113.9', ['127.0.0.1'])).toBe('203.0.113.9')
    expect(await ask('6.6.6.6, 203.0.113.9, 10.1.1.1', ['127.0.0.0/8', '10.0.0.0/8'])).toBe('203.0.113.9')
    expect(await ask('2001:db8::1', ['127.0.0.1'])).toBe('2001:db8::1')
    expect(await ask('::ffff:203.0.113.9', ['127.0.0.1'])).toBe('203.0.113.9')
  })

  test.each(['a', '', ',', '203.0.113.9 evil', '999.1.1.1', 'fe80::1%eth0', `${'1.1.1.1,'.repeat(30)}1.1.1.1`])(
    'N036 what does not parse (%s) is ignored',
    async (forwarded) => {
      expect(await ask(forwarded, ['127.0.0.1'])).toBe('127.0.0.1')
    },
  )
})

describe('closing', () => {
  test('a running request is answered, a new connection is not taken, idle ones end', async () => {
    const gate = Promise.withResolvers<typeof fine>()
    const { url, port, seen, server } = await open((arrived) => [
      door('/slow', (request) => {
        arrived.push(request)
        return gate.promise
      }),
    ])
    const idle = sendRaw(port)
    const running = Promise.withResolvers<string | undefined>()
    httpRequest(`${url}/slow`, { agent: false, headers: { connection: 'keep-alive' } }, (answer) => {
      answer.resume()
      running.resolve(answer.headers.connection)
    }).end()
    while (seen.length < 1) await new Promise(setImmediate)
    const closed = server.close(20)
    expect(await idle).toBe('')
    await expect(fetch(`${url}/slow`)).rejects.toThrow()
    gate.resolve(fine)
    expect(await running.promise).toBe('close')
    await closed
  })

  test('what does not end within the grace is cut', async () => {
    const { url, seen, server } = await open((arrived) => [
      door('/never', (request) => {
        arrived.push(request)
        return new Promise(() => undefined)
      }),
    ])
    const never = fetch(`${url}/never`)
    never.catch(() => undefined)
    while (seen.length < 1) await new Promise(setImmediate)
    await server.close(0.05)
    await expect(never).rejects.toThrow()
  })
})
