import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { refuseAsJson } from '#http/door.ts'
import { openServer, type TestServer } from './http-server.ts'

let house: TestServer | undefined
afterEach(() => house?.server.close(1))

async function open(body: () => AsyncIterable<Uint8Array>): Promise<TestServer> {
  const handle = () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: body() })
  house = await openServer(() => [{ methods: ['GET', 'HEAD'], path: '/long', handle, refused: refuseAsJson }])
  return house
}

const part = (text: string): Uint8Array => Buffer.from(text)

test('parts are sent as they come, without a length', async () => {
  const { url } = await open(async function* () {
    yield part('one ')
    await pause(1)
    yield part('two')
  })
  const answer = await fetch(`${url}/long`)
  expect(answer.headers.get('content-length')).toBeNull()
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  expect(await answer.text()).toBe('one two')
})

test('nothing at all is an empty answer, and HEAD takes no part', async () => {
  let begun = 0
  const { url } = await open(async function* () {
    begun += 1
    yield* []
  })
  expect(await (await fetch(`${url}/long`)).text()).toBe('')
  expect((await fetch(`${url}/long`, { method: 'HEAD' })).status).toBe(200)
  expect(begun).toBe(1)
})

test('what fails before the first part is told, what fails later cuts the answer', async () => {
  let first = true
  const { url, logged } = await open(async function* () {
    if (!first) {
      yield part('half')
      await pause(50)
    }
    first = false
    throw new Error('the disk is away')
  })
  expect((await fetch(`${url}/long`)).status).toBe(500)
  const read = fetch(`${url}/long`).then((answer) => answer.text())
  await expect(read).rejects.toThrow()
  expect(logged.join('')).toContain('an answer broke off')
})

test('no more is made than the caller reads, and its going away ends the making', async () => {
  let made = 0
  const ended = Promise.withResolvers<void>()
  const { url } = await open(async function* () {
    try {
      for (;;) {
        made += 1
        yield new Uint8Array(1024 * 1024)
      }
    } finally {
      ended.resolve()
    }
  })
  const away = new AbortController()
  const answer = await fetch(`${url}/long`, { signal: away.signal })
  expect(answer.status).toBe(200)
  await pause(100)
  expect(made).toBeLessThan(64)
  away.abort()
  await ended.promise
})
