import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { door, echo, fine, openServer, sendRaw, type TestServer } from './http-server.ts'

let house: TestServer | undefined
afterEach(() => house?.server.close(1))

async function open(...wanted: Parameters<typeof openServer>): Promise<TestServer> {
  house = await openServer(...wanted)
  return house
}

describe('load and patience', () => {
  test('more requests than the limit are refused at once, and the next ones served again', async () => {
    const gate = Promise.withResolvers<typeof fine>()
    const { url, seen } = await open(
      (arrived) => [
        door('/slow', (request) => {
          arrived.push(request)
          return gate.promise
        }),
      ],
      { maxRequestsUnderWay: 2 },
    )
    const waiting = [fetch(`${url}/slow`), fetch(`${url}/slow`)]
    while (seen.length < 2) await new Promise(setImmediate)
    const refused = await fetch(`${url}/slow`)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
    gate.resolve(fine)
    for (const answer of waiting) expect((await answer).status).toBe(200)
    expect((await fetch(`${url}/slow`)).status).toBe(200)
  })

  test('who waits for another server takes no place from the others, and has a limit of their own', async () => {
    const gate = Promise.withResolvers<typeof fine>()
    const { url, seen } = await open(
      (arrived) => [
        door(
          '/wait',
          (request) => {
            arrived.push(request)
            return gate.promise
          },
          { stillMilliseconds: 60_000 },
        ),
        door('/own', () => fine),
      ],
      { maxRequestsUnderWay: 1, maxRequestsWaiting: 3 },
    )
    const waiting = Array.from({ length: 3 }, () => fetch(`${url}/wait`))
    while (seen.length < 3) await new Promise(setImmediate)
    expect((await fetch(`${url}/own`)).status).toBe(200)
    const refused = await fetch(`${url}/wait`)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
    expect(await refused.json()).toMatchObject({ error: 'temporarily_unavailable' })
    gate.resolve(fine)
    for (const answer of waiting) expect((await answer).status).toBe(200)
    expect((await fetch(`${url}/wait`)).status).toBe(200)
    expect((await fetch(`${url}/own`)).status).toBe(200)
  })

  const hurry = {
    headersMilliseconds: 100,
    requestMilliseconds: 200,
    stalledMilliseconds: 300,
    idleMilliseconds: 100,
    checkMilliseconds: 20,
  }

  test.each([
    ['nothing', ''],
    ['half a header', 'GET /a HTTP/1.1\r\nHost: x\r\nX-'],
    [
      'half a body',
      'POST /a HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\na=',
    ],
  ])('N174 N047 who sends %s hears 408 and loses the socket', async (_what, bytes) => {
    const { port, url } = await open((seen) => [echo(seen, '/a', ['GET', 'POST'])], { patience: hurry })
    const slow = sendRaw(port, bytes)
    expect((await fetch(`${url}/a`)).status).toBe(200)
    expect(await slow).toMatch(/^(HTTP\/1\.1 408 [^]*)?$/)
  })

  test('a caller who leaves in the middle of a body leaves nothing behind', async () => {
    const { port, url } = await open((seen) => [echo(seen, '/a', ['GET', 'POST'])], { maxRequestsUnderWay: 1 })
    const socket: Socket = connect(port, '127.0.0.1')
    socket.write(
      'POST /a HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\na=',
    )
    await expect.poll(async () => (await fetch(`${url}/a`)).status).toBe(503)
    socket.destroy()
    await expect.poll(async () => (await fetch(`${url}/a`)).status).toBe(200)
  })
})
