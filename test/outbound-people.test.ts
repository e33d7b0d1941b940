import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { refreshDue } from '#outbound/background.ts'
import { markConnections } from '#store/connection-changes.ts'
import type { ConnectionsTable } from '#store/connection-tables.ts'
import { addUser } from './clients.ts'
import { REDIRECT_URI, tokensOf } from './code-flow.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, type Office } from './office.ts'
import { addCaller, addServer, askToken, connect, OPEN_HERE, serverNamed } from './outbound-house.ts'
import { openScriptedServer, type ScriptedServer } from './scripted-server.ts'

/* Connections of people: each bearer gets the connection of its own user, and of nobody else. */

const now = () => Math.floor(Date.now() / 1000)

describe.each(ENGINES)('people with connections, on %s', (engine) => {
  let house: House
  let provider: ScriptedServer
  let admin: Office
  const people = ['ann', 'bob'] as const
  const ids = new Map<string, string>()
  const bearers = new Map<string, string>()

  beforeAll(async () => {
    provider = await openScriptedServer()
    house = await openHouse({ engine, env: OPEN_HERE })
    admin = await adminOffice(house)
    const client = await addCaller(house, 'app', {
      grant_types: ['authorization_code'],
      redirect_uris: [REDIRECT_URI],
      scope: 'openid outbound:token',
    })
    await addServer(house, `${provider.url}/token`, {
      name: 'Mail',
      grant_type: 'authorization_code',
      authorization_endpoint: `${provider.url}/authorize`,
    })
    for (const username of people) {
      const id = await addUser(house, { username })
      ids.set(username, id)
      provider.next({
        json: { access_token: `${username}-1`, expires_in: 3600, refresh_token: `refresh-of-${username}` },
      })
      await connect(house, 'mail', id)
      const { access_token } = await tokensOf(house, { client, username, scope: 'openid outbound:token' })
      bearers.set(username, access_token)
    }
    // The provider says whose refresh token it was shown.
    provider.stand('/token', ({ parameters }) => ({
      json: { access_token: `${parameters['refresh_token']?.slice('refresh-of-'.length)}-2`, expires_in: 3600 },
      delayMs: 30,
    }))
  })
  afterAll(async () => {
    await house.close()
    await provider.close()
  })

  const change = (username: string, columns: Partial<ConnectionsTable>) =>
    house.app.context.db.sql
      .updateTable('connections')
      .set(columns)
      .where('subject', '=', ids.get(username) ?? '')
      .execute()
  const ask = async (username: string) => {
    const { status, body } = await askToken(house, 'mail', bearers.get(username))
    return `${status} ${body.access_token ?? body.code}`
  }

  test('N163 each gets the own token, also while both are renewed at once', async () => {
    expect(await Promise.all(people.map(ask))).toEqual(['200 ann-1', '200 bob-1'])
    for (const username of people) await change(username, { hard_at: now() - 5, expires_at: now() - 1 })
    const asked = provider.asked.length
    const answers = await Promise.all(Array.from({ length: 40 }, (_, at) => ask(people[at % 2] ?? 'ann')))
    expect(new Set(answers.filter((_, at) => at % 2 === 0))).toEqual(new Set(['200 ann-2']))
    expect(new Set(answers.filter((_, at) => at % 2 === 1))).toEqual(new Set(['200 bob-2']))
    expect(provider.asked).toHaveLength(asked + 2)
  })

  test('N181 an answer that comes after the connection was emptied is nobody’s', async () => {
    await change('ann', { hard_at: now() - 5, expires_at: now() - 1 })
    const { promise: held, resolve: answer } = Promise.withResolvers<void>()
    provider.next(async () => {
      await held
      return { json: { access_token: 'too late', expires_in: 3600, refresh_token: 'refresh-too-late' } }
    })
    const asked = provider.asked.length
    const asking = ask('ann')
    await expect.poll(() => provider.asked.length).toBe(asked + 1)
    const server = await serverNamed(house, 'mail')
    await markConnections(house.app.context.db.sql, server.id, 'needs_authorization', 'address_changed')
    answer()
    expect(await asking).toBe('409 address_changed')
    expect(await ask('bob')).toBe('409 address_changed')
    for (const username of people) {
      provider.next({
        json: { access_token: `${username}-3`, expires_in: 3600, refresh_token: `refresh-of-${username}` },
      })
      await connect(house, 'mail', ids.get(username))
    }
    expect(await Promise.all(people.map(ask))).toEqual(['200 ann-3', '200 bob-3'])
  })

  test('a list shows whose they are; nothing is renewed for somebody who may not log in', async () => {
    const path = '/realms/default/oauth-servers/mail/connections'
    expect((await admin.get(`${path}?sort=username`)).body).toMatchObject({
      total: 2,
      items: [
        { username: 'ann', subject: 'user' },
        { username: 'bob', subject: 'user' },
      ],
    })
    expect((await admin.get(`${path}?username=bo`)).body).toMatchObject({ total: 1, items: [{ username: 'bob' }] })
    await admin.patch(`/realms/default/users/${ids.get('bob')}`, { enabled: false })
    for (const username of people) await change(username, { due_at: now() - 1 })
    const asked = provider.asked.length
    await refreshDue(house.app.context)
    await expect.poll(() => provider.asked.length).toBe(asked + 1)
    expect(provider.last().parameters['refresh_token']).toBe('refresh-of-ann')
    expect(await ask('bob')).toMatch(/^401/)
    await admin.delete(`/realms/default/users/${ids.get('bob')}`)
    expect((await admin.get(path)).body).toMatchObject({ total: 1, items: [{ username: 'ann' }] })
    const metrics = await (await fetch(`${house.operationsUrl}/metrics`)).text()
    expect(metrics).toMatch(/^sallyport_outbound_refreshes_total\{realm="default",result="ok"\} [1-9]/m)
    expect(metrics).toMatch(/^sallyport_oauth_server_up\{realm="default",server="mail"\} 1$/m)
  })
})
