import { createHmac, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Credentials } from './clients.ts'
import { tokenRequest } from './code-flow.ts'
import { ASSERTION_TYPE } from './handles.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, type Office, type Parsed, type Told } from './office.ts'
import { form } from './requests.ts'

/*
 * Secrets of clients: several at a time, each with its label, its end and its last use; a new one set while the old one
 * goes on for as long as the administrator says, typed or generated. None is ever shown again.
 */

const soon = () => Math.floor(Date.now() / 1000)
const recent = () => expect.toSatisfy((at: number) => Math.abs(at - soon()) < 60)

describe.each(ENGINES)('client secrets on %s', (engine) => {
  let house: House
  let admin: Office
  let count = 0
  const clients = '/realms/default/clients'
  const machine = { grant_types: ['client_credentials'] }

  beforeAll(async () => {
    house = await openHouse({ engine })
    admin = await adminOffice(house)
  })
  afterAll(() => house.close())

  const register = async (fields: object = {}): Promise<Credentials> => {
    const made = await admin.post(clients, { client_id: `client-${++count}`, ...machine, ...fields })
    expect(made.status).toBe(201)
    return { client_id: made.body.client_id, client_secret: made.body.client_secret }
  }
  const setSecret = ({ client_id }: Credentials, body: object = {}): Promise<Told> =>
    admin.post(`${clients}/${client_id}/secrets`, body)
  const secretsOf = async ({ client_id }: Credentials): Promise<Parsed> =>
    (await admin.get(`${clients}/${client_id}/secrets`)).body.items
  const enters = async ({ client_id }: Credentials, client_secret: string): Promise<boolean> => {
    const fields = { grant_type: 'client_credentials' }
    const { status } = await tokenRequest(house, { client_id, client_secret }, fields)
    expect([200, 401]).toContain(status)
    return status === 200
  }
  /** As if its time had come. */
  async function endNow(secretId: string): Promise<void> {
    const { db } = house.app.context
    await db.sql.updateTable('client_secrets').set({ expires_at: 1 }).where('id', '=', secretId).execute()
    db.held.forget()
  }

  test('N056 a new secret ends the old one at once, or after the overlap and not later', async () => {
    const client = await register()
    const second = await setSecret(client)
    expect(second).toMatchObject({ status: 201, body: { kind: 'generated', label: '', expires_at: null } })
    expect(second.body.client_secret).toMatch(/^[\w-]{43}$/)
    expect(await enters(client, client.client_secret)).toBe(false)
    expect(await enters(client, second.body.client_secret)).toBe(true)
    const third = await setSecret(client, { label: 'autumn', overlap_seconds: 600 })
    expect(await enters(client, second.body.client_secret)).toBe(true)
    expect(await enters(client, third.body.client_secret)).toBe(true)
    const old = (await secretsOf(client)).find(({ id }: { id: string }) => id === second.body.id)
    expect(old.expires_at).toSatisfy((at: number) => Math.abs(at - soon() - 600) < 60)
    await endNow(old.id)
    expect(await enters(client, second.body.client_secret)).toBe(false)
    expect(await enters(client, third.body.client_secret)).toBe(true)
    expect(await secretsOf(client)).toEqual([expect.objectContaining({ id: third.body.id, label: 'autumn' })])
  })

  test('an overlap never lengthens the life of a secret that ends sooner', async () => {
    const client = await register()
    const expires_at = soon() + 300
    const brief = await setSecret(client, { label: 'brief', expires_at })
    await setSecret(client, { overlap_seconds: 7200 })
    const kept = (await secretsOf(client)).find(({ id }: { id: string }) => id === brief.body.id)
    expect(kept).toMatchObject({ label: 'brief', expires_at })
  })

  test('with an overlap of null the secrets before keep the ends that they had', async () => {
    const client = await register()
    const beside = await setSecret(client, { label: 'for a try', expires_at: soon() + 600, overlap_seconds: null })
    expect(beside.status).toBe(201)
    expect(await enters(client, client.client_secret)).toBe(true)
    expect(await enters(client, beside.body.client_secret)).toBe(true)
    const ends = (await secretsOf(client)).map(({ label, expires_at }: Parsed) => [label, expires_at])
    expect(ends).toContainEqual(['', null])
  })

  test('typed and generated secrets live beside each other; each tells when it was used last', async () => {
    const typed = 'typed by a person, with % and + in it'
    const client = await register({ client_secret: typed })
    expect(client.client_secret).toBeUndefined()
    const generated = await setSecret(client, { label: 'generated', overlap_seconds: 3600 })
    const usedAt = async () =>
      Object.fromEntries((await secretsOf(client)).map((secret: Parsed) => [secret.kind, secret.last_used_at]))
    expect(await usedAt()).toEqual({ typed: null, generated: null })
    expect(await enters(client, 'typed by nobody at all')).toBe(false)
    expect(await usedAt()).toEqual({ typed: null, generated: null })
    expect(await enters(client, typed)).toBe(true)
    expect(await usedAt()).toEqual({ typed: recent(), generated: null })
    await house.app.context.db.sql.updateTable('client_secret_activity').set({ last_used_at: 1 }).execute()
    expect(await enters(client, typed)).toBe(true)
    expect(await usedAt()).toEqual({ typed: recent(), generated: null })
    expect(await enters(client, generated.body.client_secret)).toBe(true)
    expect(await usedAt()).toEqual({ typed: recent(), generated: recent() })
  })

  test('N056 a typed secret that was right a moment ago is wrong when it has ended', async () => {
    const client = await register({ client_secret: 'remembered for speed' })
    expect(await enters(client, 'remembered for speed')).toBe(true)
    const again = await setSecret(client, { secret: 'another typed secret', overlap_seconds: 60 })
    expect(again.body).not.toHaveProperty('client_secret')
    expect(again.body.kind).toBe('typed')
    expect(await enters(client, 'another typed secret')).toBe(true)
    const first = (await secretsOf(client)).find(({ id }: { id: string }) => id !== again.body.id)
    expect((await admin.delete(`${clients}/${client.client_id}/secrets/${first.id}`)).status).toBe(204)
    expect(await enters(client, 'remembered for speed')).toBe(false)
    await endNow(again.body.id)
    expect(await enters(client, 'another typed secret')).toBe(false)
    expect(await secretsOf(client)).toEqual([])
  })

  test('client_secret_jwt: always generated, two at a time, each for as long as it lives', async () => {
    const client = await register({ token_endpoint_auth_method: 'client_secret_jwt' })
    const signed = (secret: string) => assertion(client.client_id, secret, house.issuer())
    const entersWith = async (secret: string) => {
      const fields = { grant_type: 'client_credentials', client_assertion_type: ASSERTION_TYPE }
      const body = form({ ...fields, client_assertion: signed(secret) })
      return (await fetch(`${house.issuer()}/token`, { method: 'POST', body })).status === 200
    }
    expect(await entersWith(client.client_secret)).toBe(true)
    expect(await setSecret(client, { secret: 'typed for an HMAC' })).toMatchObject({
      status: 400,
      body: { field: 'secret' },
    })
    const next = await setSecret(client, { label: 'next', overlap_seconds: 600 })
    expect(next.body).toMatchObject({ kind: 'sealed', client_secret: expect.stringMatching(/^[\w-]{43}$/) })
    const [newest, oldest] = await secretsOf(client)
    expect([newest, oldest].find(({ id }) => id === next.body.id)).toMatchObject({ last_used_at: null })
    expect([newest, oldest].find(({ id }) => id !== next.body.id)).toMatchObject({ last_used_at: recent() })
    expect(await entersWith(client.client_secret)).toBe(true)
    expect(await entersWith(next.body.client_secret)).toBe(true)
    await endNow([newest, oldest].find(({ id }) => id !== next.body.id).id)
    expect(await entersWith(client.client_secret)).toBe(false)
    expect(await entersWith(next.body.client_secret)).toBe(true)
    expect(await enters(client, next.body.client_secret)).toBe(false)
  })

  test('what cannot be is refused and named', async () => {
    const client = await register()
    for (const [field, body] of [
      ['secret', { secret: 'fifteen letters' }],
      ['secret', { secret: 'with a line\nend in it' }],
      ['expires_at', { expires_at: soon() - 1 }],
      ['overlap_seconds', { overlap_seconds: -1 }],
      ['overlap_seconds', { overlap_seconds: 7_776_001 }],
      ['last_used_at', { last_used_at: 1 }],
      ['label', { label: 'two\nlines' }],
    ] as const) {
      expect(await setSecret(client, body), field).toMatchObject({ status: 400, body: { field } })
    }
    for (let more = 1; more < 10; more++) expect((await setSecret(client, { overlap_seconds: 60 })).status).toBe(201)
    expect((await setSecret(client, { overlap_seconds: 60 })).status).toBe(409)
    expect((await setSecret(client)).status).toBe(201)
    expect(await secretsOf(client)).toHaveLength(1)
    const none = await admin.post(clients, { client_id: `client-${++count}`, require_client_secret: false })
    expect((await setSecret(none.body)).status).toBe(409)
    expect((await admin.delete(`${clients}/${client.client_id}/secrets/nothing`)).status).toBe(404)
  })

  test('N145 a secret is answered once; no read, list, audit or log ever holds it or its hash', async () => {
    const client = await register()
    const typed = 'never to be seen again'
    const more = [await setSecret(client, { secret: typed }), await setSecret(client, { overlap_seconds: 60 })]
    expect(await enters(client, more[1]?.body.client_secret)).toBe(true)
    const rows = await house.app.context.db.sql.selectFrom('client_secrets').select('value').execute()
    const hidden = [client.client_secret, typed, more[1]?.body.client_secret, ...rows.map(({ value }) => value)]
    const path = `${clients}/${client.client_id}`
    const seen = [
      await admin.get(path),
      await admin.get(`${clients}?client_id=${client.client_id}`),
      await admin.get(`${path}/secrets`),
      await admin.get('/realms/default/audit?page_size=1000'),
      house.logged,
    ].map((told) => JSON.stringify(told))
    for (const text of seen) for (const secret of hidden) expect(text).not.toContain(secret)
    const audit = (await admin.get(`/realms/default/audit?object_name=${client.client_id}`)).body.items
    expect(audit.map(({ action }: { action: string }) => action)).toEqual([
      'client.add_secret',
      'client.add_secret',
      'client.create',
    ])
    expect(audit[0].after).toMatchObject({ overlap_seconds: 60, kind: 'generated' })
  })
})

function assertion(clientId: string, secret: string, audience: string): string {
  const segment = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { iss: clientId, sub: clientId, aud: audience, jti: randomUUID(), exp: soon() + 60 }
  const input = `${segment({ alg: 'HS256' })}.${segment(claims)}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}
