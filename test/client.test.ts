import { setTimeout } from 'node:timers/promises'
import { createClient, SallyportError } from 'sallyport/client'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Credentials } from './clients.ts'
import { type House, openHouse } from './house.ts'
import { addCaller, addServer, OPEN_HERE } from './outbound-house.ts'
import { openScriptedServer, type ScriptedServer } from './scripted-server.ts'

/* The client of the door out, as an application has it: real requests to a real house, which asks a scripted provider. */

const given = (name: string, expires_in = 3600) => ({
  json: { access_token: name, token_type: 'Bearer', expires_in, scope: 'read' },
})

describe('sallyport/client', () => {
  let house: House
  let provider: ScriptedServer
  let caller: Credentials
  let requests: string[]

  beforeAll(async () => {
    provider = await openScriptedServer()
    house = await openHouse({ env: OPEN_HERE })
    caller = await addCaller(house, 'robot')
  })
  afterAll(async () => {
    await house.close()
    await provider.close()
  })
  beforeEach(() => {
    provider.reset()
    requests = []
  })

  const clientOf = (more: object = {}) =>
    createClient({
      issuer: house.issuer(),
      ...caller,
      fetch: (url, init) => {
        requests.push(new URL(url).pathname)
        return fetch(url, init)
      },
      ...more,
    })

  test('a token is fetched once, whoever asks at the same moment, and kept', async () => {
    await addServer(house, `${provider.url}/token`, { name: 'Kept' })
    provider.next(given('kept-token'))
    const client = clientOf()
    const tokens = await Promise.all(Array.from({ length: 20 }, () => client.token('kept')))
    expect(new Set(tokens.map((token) => token.access_token))).toEqual(new Set(['kept-token']))
    expect(tokens[0]).toMatchObject({ token_type: 'Bearer', scope: 'read' })
    await client.token('kept')
    expect(requests).toEqual(['/realms/default/token', '/realms/default/outbound/kept/token'])
    client.forget()
    await client.token('kept')
    expect(requests).toHaveLength(4)
    expect(provider.asked).toHaveLength(1)
  })

  test('in the last part of its life a token is renewed behind the caller', async () => {
    const lives = [3, 3600]
    const client = clientOf({
      fetch: (url: string, init: RequestInit) => {
        if (!url.endsWith('/outbound/soft/token')) return fetch(url, init)
        const life = lives.shift() ?? 0
        return Promise.resolve(Response.json({ access_token: `lives ${life}`, token_type: 'Bearer', expires_in: life }))
      },
    })
    expect((await client.token('soft')).access_token).toBe('lives 3')
    await setTimeout(1600)
    expect((await client.token('soft')).access_token, 'the old one, at once').toBe('lives 3')
    await expect.poll(async () => (await client.token('soft')).access_token).toBe('lives 3600')
    expect(lives).toEqual([])
  })

  test('a restart of the server is waited out', async () => {
    await addServer(house, `${provider.url}/token`, { name: 'Through' })
    provider.next(given('after the restart'))
    const client = clientOf()
    const restarted = house.restart()
    const asked = client.token('through')
    await restarted
    expect((await asked).access_token).toBe('after the restart')
  })

  test('what the door out refuses is told with its status and code, a server that stays away after the wait', async () => {
    const client = clientOf({ wait_seconds: 0 })
    await expect(client.token('nowhere')).rejects.toMatchObject({ name: 'SallyportError', status: 404 })
    await addServer(house, `${provider.url}/token`, { name: 'Personal', grant_type: 'authorization_code' })
    await expect(client.token('personal')).rejects.toMatchObject({ status: 409, code: 'not_connected' })
    const wrong = clientOf({ client_secret: 'not-the-secret' })
    await expect(wrong.token('kept')).rejects.toMatchObject({ status: 401, code: 'invalid_client' })
    const gone = clientOf({ issuer: 'http://127.0.0.1:9/realms/default', wait_seconds: 0.3 })
    await expect(gone.token('kept')).rejects.toBeInstanceOf(SallyportError)
    expect(requests.filter((path) => path === '/realms/default/token').length).toBeGreaterThan(1)
  })

  test('a bearer that died before its time is replaced once', async () => {
    await addServer(house, `${provider.url}/token`, { name: 'Revived' })
    provider.next(given('revived'))
    let bearers = 0
    const client = clientOf({
      fetch: (url: string, init: RequestInit) => {
        if (url.endsWith('/realms/default/token') && bearers++ === 0) {
          return Promise.resolve(Response.json({ access_token: 'dead', token_type: 'Bearer', expires_in: 3600 }))
        }
        return fetch(url, init)
      },
    })
    expect((await client.token('revived')).access_token).toBe('revived')
    expect(bearers).toBe(2)
  })
})
