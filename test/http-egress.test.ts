import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createGuard, isPublic } from '#http/destination.ts'
import { createEgress, EgressError, type EgressRequest } from '#http/egress.ts'

const ask: EgressRequest = { realm: 'default' }
let server: Server
let url: string
let port: number
const asked: string[] = []
/** Called when whoever asked for the endless answer has gone. */
let left: () => void = () => undefined

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.headers.host} ${request.url}`)
    if (request.url === '/redirect') response.writeHead(302, { location: '/ok' }).end()
    else if (request.url === '/long') response.end('x'.repeat(2_000))
    else if (request.url === '/echo') request.pipe(response)
    else if (request.url === '/reset') request.socket.destroy()
    else if (request.url === '/broken') {
      response.writeHead(200, { 'content-length': 10 }).write('x', () => request.socket.destroy())
    } else if (request.url === '/endless') response.once('close', () => left()).write('x')
    else if (request.url !== '/silent') response.end('fine')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
  url = `http://127.0.0.1:${port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const open = createEgress({ allow: ['127.0.0.0/8'], closedPorts: [] })
const closed = createEgress({ allow: [], closedPorts: [] })

function reasonOf(answer: Promise<unknown>): Promise<string> {
  return answer.then(
    () => 'answered',
    (error: unknown) => (error instanceof EgressError ? error.reason : String(error)),
  )
}

describe('N165 N137 where requests of ours may go', () => {
  test.each([
    '127.0.0.1',
    '127.255.255.254',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '0.1.2.3',
    '192.0.0.1',
    '192.0.2.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fc00::1',
    'fd12::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
    '2002:7f00:1::',
    '2001::1',
    '2001:db8::1',
    '100::1',
    '3fff::1',
    '5f00::1',
  ])('%s is closed', (address) => {
    expect(isPublic(address)).toBe(false)
    expect(createGuard([], []).mayReach(address, 443, 'default')).toBe(false)
  })

  test.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700:4700::1111', '2a00:1450::1'])(
    '%s is open',
    (address) => {
      expect(createGuard([], []).mayReach(address, 443, 'default')).toBe(true)
    },
  )

  test('only the operator opens, for all or for a realm; metadata and our own ports stay closed', () => {
    const guard = createGuard(['10.0.0.0/8', 'one=192.168.0.0/16', '169.254.0.0/16', '127.0.0.0/8'], [8484])
    expect(guard.mayReach('10.1.1.1', 8484, 'two')).toBe(true)
    expect(guard.mayReach('192.168.1.1', 443, 'one')).toBe(true)
    expect(guard.mayReach('192.168.1.1', 443, 'two')).toBe(false)
    expect(guard.mayReach('169.254.1.1', 443, 'one')).toBe(true)
    expect(guard.mayReach('169.254.169.254', 80, 'one')).toBe(false)
    expect(guard.mayReach('127.0.0.1', 8484, 'one')).toBe(false)
    expect(guard.mayReach('::ffff:127.0.0.1', 8484, 'one')).toBe(false)
    expect(guard.mayReach('127.0.0.1', 9000, 'one')).toBe(true)
    expect(guard.mayReach('fe80::1%eth0', 443, 'one')).toBe(false)
    expect(guard.mayReach('localhost', 443, 'one')).toBe(false)
  })

  test.each([
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0177.0.0.1/',
    'https://0x7f.1/',
    'https://127.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://localhost/',
    'https://1.1.1.1@127.0.0.1/',
    'http://8.8.8.8/',
    'ftp://8.8.8.8/',
    'file:///etc/passwd',
    'data:,x',
    'https://user:pw@8.8.8.8/',
    'nonsense',
  ])('%s is not asked', async (target) => {
    expect(await reasonOf(closed.fetch(target, ask))).toBe('closed')
  })

  test('a name is as closed as its addresses', async () => {
    // Some resolvers do not know the name with a dot at its end.
    expect(await reasonOf(closed.fetch('https://localhost./', ask))).toMatch(/^(closed|unresolved)$/)
    expect(await reasonOf(closed.fetch(`http://localhost:${port}/ok`, ask))).toBe('closed')
    const own = createEgress({ allow: ['127.0.0.0/8', '::1'], closedPorts: [port] })
    expect(await reasonOf(own.fetch(`http://localhost:${port}/ok`, ask))).toBe('closed')
  })
})

describe('what is known of a request that got no answer', () => {
  const sentOf = (answer: Promise<unknown>): Promise<unknown> =>
    answer.then(
      () => 'answered',
      (error: unknown) => (error instanceof EgressError ? `${error.reason} ${error.sent}` : String(error)),
    )

  test('nobody there, no such name, a closed address: not sent', async () => {
    expect(await sentOf(open.fetch('http://127.0.0.1:1/', ask))).toBe('unreachable false')
    expect(await sentOf(open.fetch('https://nothing.invalid/', ask))).toBe('unresolved false')
    expect(await sentOf(closed.fetch(`${url}/ok`, ask))).toBe('closed false')
    expect(await sentOf(open.fetch(`${url.replace('http:', 'https:')}/ok`, ask))).toBe('unreachable false')
  })

  test('silence, a reset, an answer that breaks off: nobody knows', async () => {
    expect(await sentOf(open.fetch(`${url}/silent`, { ...ask, timeoutMs: 50 }))).toBe('timeout true')
    expect(await sentOf(open.fetch(`${url}/reset`, ask))).toBe('unreachable true')
    expect(await sentOf(open.fetch(`${url}/broken`, ask))).toBe('unreachable true')
    const given = new AbortController()
    const answer = sentOf(open.fetch(`${url}/endless`, { ...ask, signal: given.signal }))
    given.abort()
    expect(await answer).toMatch(/^aborted (true|false)$/)
    expect(await sentOf(open.fetch(`${url}/ok`, { ...ask, signal: given.signal }))).toBe('aborted false')
  })
})

describe('an answer that is read as it comes', () => {
  test('a longer one than asked for is cut and marked', async () => {
    const { body, truncated } = await open.fetch(`${url}/long`, { ...ask, maxBytes: 100, cut: true })
    expect([body.length, truncated]).toEqual([100, true])
    expect((await open.fetch(`${url}/ok`, { ...ask, maxBytes: 100, cut: true })).truncated).toBeUndefined()
  })

  test('who leaves in the middle ends the connection, even before the first part', async () => {
    for (const parts of [0, 1]) {
      const gone = new Promise<void>((resolve) => {
        left = resolve
      })
      const { body } = await open.open(`${url}/endless`, ask)
      const iterator = body[Symbol.asyncIterator]()
      for (let part = 0; part < parts; part++) await iterator.next()
      await iterator.return?.()
      expect(await gone).toBeUndefined()
    }
  })

  test('a body is sent as it is made', async () => {
    async function* parts(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('one ')
      yield Buffer.from('two')
    }
    const answer = await open.fetch(`${url}/echo`, { ...ask, method: 'PUT', body: parts() })
    expect(answer.body.toString()).toBe('one two')
  })
})

describe('how requests are made', () => {
  test('an opened address is asked', async () => {
    const answer = await open.fetch(`${url}/ok`, ask)
    expect([answer.status, answer.body.toString()]).toEqual([200, 'fine'])
  })

  test('a redirect is an answer', async () => {
    asked.length = 0
    expect((await open.fetch(`${url}/redirect`, ask)).status).toBe(302)
    expect(asked).toHaveLength(1)
  })

  test('time and size have limits', async () => {
    expect(await reasonOf(open.fetch(`${url}/long`, { ...ask, maxBytes: 1_000 }))).toBe('too_large')
    expect(await reasonOf(open.fetch(`${url}/silent`, { ...ask, timeoutMs: 50 }))).toBe('timeout')
    expect(await reasonOf(open.fetch(`${url}/endless`, { ...ask, timeoutMs: 50 }))).toBe('timeout')
  })

  test('a proxy in the environment is not asked', async () => {
    for (const name of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'HTTPS_PROXY']) vi.stubEnv(name, 'http://127.0.0.1:1')
    expect((await open.fetch(`${url}/ok`, ask)).status).toBe(200)
    vi.unstubAllEnvs()
  })

  test('nobody there, and no such name', async () => {
    expect(await reasonOf(open.fetch('http://127.0.0.1:1/', ask))).toBe('unreachable')
    expect(await reasonOf(open.fetch('https://nothing.invalid/', ask))).toBe('unresolved')
  })
})
