import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sweepExpired } from '#store/sweep.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, type Office } from './office.ts'
import { addServer, connectApplication, OPEN_HERE } from './outbound-house.ts'
import { openScriptedServer, type Reply, type ScriptedServer } from './scripted-server.ts'

/* What connections asked their providers and what those answered, as administrators see it. */

describe.each(ENGINES)('the activity of connections on %s', (engine) => {
  let house: House
  let admin: Office
  let provider: ScriptedServer
  beforeAll(async () => {
    house = await openHouse({ engine, env: OPEN_HERE })
    admin = await adminOffice(house)
    provider = await openScriptedServer()
  })
  afterAll(async () => {
    await house.close()
    await provider.close()
  })
  beforeEach(() => provider.reset())

  const root = '/realms/default/oauth-servers'
  async function made(name: string, first: Reply): Promise<{ at: string; refresh: () => Promise<unknown> }> {
    const server = await addServer(house, `${provider.url}/token`, { name, grant_type: 'authorization_code' })
    provider.next(first)
    const id = await connectApplication(house, server.slug)
    const at = `${root}/${server.slug}/connections/${id}`
    return { at, refresh: () => admin.post(`${at}/refresh`) }
  }
  const tokens = (more: object = {}) => ({
    json: { access_token: 'canary-at', refresh_token: 'canary-rt', expires_in: 3600, note: 'plain', ...more },
  })

  test('N153 N171 request and answer are told, the newest first, without a token or secret; at rest they are sealed', async () => {
    const { at, refresh } = await made('Told', tokens())
    provider.next({ status: 400, json: { error: 'invalid_grant', error_description: 'canary-rt and our-secret' } })
    await refresh()
    const { items } = (await admin.get(`${at}/activity`)).body
    expect(items).toMatchObject([
      {
        grant_type: 'refresh_token',
        result: 'failed',
        class: 'grant_dead',
        code: 'invalid_grant',
        request: { method: 'POST', url: `${provider.url}/token`, body: expect.stringContaining('grant_type=refresh') },
        answer: { status: 400, body: expect.stringContaining('invalid_grant') },
      },
      { grant_type: 'authorization_code', result: 'ok', code: null, answer: { status: 200 } },
    ])
    expect(items[1].answer.body).toContain('plain')
    const text = JSON.stringify(items)
    for (const canary of ['canary-at', 'canary-rt', 'our-secret']) expect(text).not.toContain(canary)
    const rows = await house.app.context.db.sql.selectFrom('connection_exchanges').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain('plain')
  })

  test('who asks while it is being written gets it too', async () => {
    const { at } = await made('Twice', tokens())
    const both = await Promise.all([admin.get(`${at}/activity`), admin.get(`${at}/activity`)])
    expect(both.map(({ body }) => body.total)).toEqual([1, 1])
  })

  test('a token in a place that nobody knows is blanked where it was taken from', async () => {
    const { at } = await made('Odd', tokens({ echo: 'canary-at' }))
    expect(JSON.stringify((await admin.get(`${at}/activity`)).body)).not.toContain('canary-at')
  })

  test('no answer is told too; of many the last ten that failed stay, and the last that went well', async () => {
    const { at, refresh } = await made('Many', tokens())
    for (let index = 0; index < 12; index += 1) {
      provider.next({ status: 503, text: `away ${index}` })
      await refresh()
    }
    provider.next({ drop: 'before_answer' })
    await refresh()
    const { items } = (await admin.get(`${at}/activity`)).body
    expect(items[0]).toMatchObject({ result: 'failed', answer: null, request: { method: 'POST' } })
    expect(items.filter((each: { result: string }) => each.result === 'failed')).toHaveLength(10)
    expect(items.at(-1)).toMatchObject({ result: 'ok' })
  })

  test('of an answer that is far too long the beginning is told', async () => {
    const { at, refresh } = await made('Long', tokens())
    provider.next({ status: 500, text: '<html>the beginning', paddingBytes: 200_000 })
    await refresh()
    const [{ answer }] = (await admin.get(`${at}/activity`)).body.items
    expect(answer.body).toMatch(/^<html>the beginning/)
    expect(answer.body.length).toBeLessThan(20_000)
  })

  test('it goes with its connection, and after a week', async () => {
    const { sql } = house.app.context.db
    const count = async () => (await sql.selectFrom('connection_exchanges').select('id').execute()).length
    const { at } = await made('Ended', tokens())
    await admin.get(`${at}/activity`)
    const before = await count()
    expect((await admin.delete(at)).status).toBe(204)
    expect(await count()).toBe(before - 1)
    await sweepExpired(house.app.context.db, Math.floor(Date.now() / 1000) + 8 * 86_400)
    expect(await count()).toBe(0)
  })

  test('N169 that of another server is not there', async () => {
    const { at } = await made('Mine', tokens())
    const other = await addServer(house, `${provider.url}/token`, { name: 'Theirs' })
    expect((await admin.get(`${at.replace('/mine/', `/${other.slug}/`)}/activity`)).status).toBe(404)
  })
})
