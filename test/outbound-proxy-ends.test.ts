import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type House, openHouse } from './house.ts'
import { addCaller, addServer, OPEN_HERE, outboundBearer } from './outbound-house.ts'
import { openScriptedServer, type ScriptedServer } from './scripted-server.ts'

/* Calls through the proxy that do not come to a good end. */

describe('calls that end early', () => {
  let house: House
  let api: ScriptedServer
  let bearer: string

  beforeAll(async () => {
    api = await openScriptedServer()
    house = await openHouse({ env: OPEN_HERE })
    await addServer(house, `${api.url}/token`, { name: 'Crm', base_url: `${api.url}/api` })
    bearer = await outboundBearer(house, await addCaller(house, 'app'), 'outbound:call')
  })
  beforeEach(() => {
    api.reset()
    api.stand('/token', { json: { access_token: 'a token', expires_in: 3600 } })
  })
  afterAll(async () => {
    await house.close()
    await api.close()
  })

  const call = (path: string, init: RequestInit = {}, slug = 'crm') =>
    fetch(`${house.issuer()}/outbound/${slug}/call/${path}`, {
      ...init,
      headers: { authorization: `Bearer ${bearer}` },
    })

  test('an API that hangs up or cannot be reached is 502, and an answer that breaks off is not whole', async () => {
    api.stand('/api/a', { drop: 'before_answer' })
    expect((await call('a')).status).toBe(502)
    api.stand('/api/a', { drop: 'in_answer', text: 'a long answer', headers: { 'content-length': '13' } })
    const broken = await call('a')
    await expect(broken.text()).rejects.toThrow()
    await addServer(house, `${api.url}/token`, { name: 'Away', base_url: 'https://10.0.0.1/x' })
    const away = await call('a', {}, 'away')
    expect(away.status).toBe(502)
    expect(await away.json()).toMatchObject({ code: 'address_closed' })
  })

  test('N168 a body that turns out longer than 256 MiB is 413, and the API does not take its part for the whole', async () => {
    const { promise: broken, resolve } = Promise.withResolvers<void>()
    const taking = createServer((request) => request.on('error', () => resolve()).resume())
    taking.listen(0, '127.0.0.1')
    await once(taking, 'listening')
    const base_url = `http://127.0.0.1:${(taking.address() as AddressInfo).port}`
    await addServer(house, `${api.url}/token`, { name: 'Taking', base_url })
    let left = 257 * 16
    const part = new Uint8Array(65_536)
    const body = new ReadableStream({
      pull: (controller) => (left-- > 0 ? controller.enqueue(part) : controller.close()),
    })
    const answer = await call('up', { method: 'POST', body, duplex: 'half' } as RequestInit, 'taking')
    expect(answer.status).toBe(413)
    expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('longer than') })
    await broken
    taking.close()
  })

  test('who goes away in the middle is not called for any longer', async () => {
    const { promise: closed, resolve } = Promise.withResolvers<void>()
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>()
    const slow = createServer((_request, response) => {
      response.on('close', () => resolve())
      reach()
    })
    slow.listen(0, '127.0.0.1')
    await once(slow, 'listening')
    const base_url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`
    await addServer(house, `${api.url}/token`, { name: 'Slow', base_url })
    const leaving = new AbortController()
    const answer = call('never', { signal: leaving.signal }, 'slow')
    await reached
    leaving.abort()
    await expect(answer).rejects.toThrow()
    await closed
    slow.close()
  })
})
