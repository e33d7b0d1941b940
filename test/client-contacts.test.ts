import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nowSeconds } from '#observe/clock.ts'
import { writeClientContacts } from '#store/client-contacts.ts'
import { findClient } from '#store/clients.ts'
import { addClient, type Credentials, realmOf } from './clients.ts'
import { REDIRECT_URI, tokenRequest } from './code-flow.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, type Office } from './office.ts'
import { basic, form } from './requests.ts'

/* From where a client came last, and what was last refused to it, as an administrator sees it. */

describe.each(ENGINES)('what is told of a client on %s', (engine) => {
  let house: House
  let admin: Office
  let count = 0

  beforeAll(async () => {
    house = await openHouse({ engine })
    admin = await adminOffice(house)
  })
  afterAll(() => house.close())

  const add = (fields: object = { grant_types: ['client_credentials'] }): Promise<Credentials> =>
    addClient(house, { client_id: `client-${++count}`, scope: 'openid', ...fields })
  const seen = async ({ client_id }: Credentials) => (await admin.get(`/realms/default/clients/${client_id}`)).body
  const nothing = { last_address: null, last_error: null, last_error_description: null, last_error_at: null }
  const recent = () => expect.toSatisfy((at: number) => Math.abs(at - nowSeconds()) < 60)

  test('it came from there; a wrong secret is its last error, and no secret is in what is told', async () => {
    const job = await add()
    expect(await seen(job)).toMatchObject(nothing)
    await tokenRequest(house, job, { grant_type: 'client_credentials' })
    expect(await seen(job)).toMatchObject({ ...nothing, last_address: '127.0.0.1' })
    const client_secret = 'a wrong secret that was sent'
    const headers = basic({ ...job, client_secret })
    const body = form({ grant_type: 'client_credentials' })
    expect((await fetch(`${house.issuer()}/token`, { method: 'POST', headers, body })).status).toBe(401)
    const told = await seen(job)
    expect(told).toMatchObject({
      last_address: '127.0.0.1',
      last_error: 'invalid_client',
      last_error_description: 'the client secret is wrong or has expired',
      last_error_address: '127.0.0.1',
      last_error_at: recent(),
    })
    expect(JSON.stringify(told)).not.toContain(client_secret)
    const { body: list } = await admin.get(`/realms/default/clients?client_id=${job.client_id}`)
    expect(list.items[0]).toMatchObject({ last_address: '127.0.0.1', last_error: 'invalid_client' })
  })

  test('the last one counts: a scope, a grant that is not its own', async () => {
    const job = await add()
    await tokenRequest(house, job, { grant_type: 'client_credentials', scope: 'nothing:such' })
    expect(await seen(job)).toMatchObject({ last_error: 'invalid_scope' })
    await tokenRequest(house, job, { grant_type: 'refresh_token', refresh_token: 'x' })
    expect(await seen(job)).toMatchObject({ last_error: 'unauthorized_client' })
  })

  test('what is wrong with an authorization request', async () => {
    const app = await add({ grant_types: ['authorization_code'], redirect_uris: [REDIRECT_URI] })
    const asked = (fields: Record<string, string>) => {
      const query = new URLSearchParams({ client_id: app.client_id, response_type: 'code', ...fields })
      return fetch(`${house.issuer()}/authorize?${query.toString()}`, { redirect: 'manual' })
    }
    await asked({ redirect_uri: 'https://evil.example/callback' })
    const told = await seen(app)
    expect(told).toMatchObject({ last_address: null, last_error: 'invalid_request' })
    expect(told.last_error_description).toBe('redirect_uri is not registered for this client')
    await asked({ redirect_uri: REDIRECT_URI, response_type: 'token' })
    expect(await seen(app)).toMatchObject({ last_error: 'unsupported_response_type' })
  })

  test('of what two nodes noted the newer stays, whoever writes first', async () => {
    const job = await add()
    const client = await findClient(house.app.context.db, (await realmOf(house, 'default')).id, job.client_id)
    const row = { client_id: client?.id ?? '', address: null, address_at: null, error_description: '' }
    const { db } = house.app.context
    const noted = (error: string, error_at: number) => ({ ...row, error, error_at, error_address: '192.0.2.1' })
    await writeClientContacts(db, [noted('later', 200)])
    await writeClientContacts(db, [{ ...noted('earlier', 100), address: '192.0.2.2', address_at: 50 }])
    expect(await seen(job)).toMatchObject({ last_error: 'later', last_error_at: 200, last_address: '192.0.2.2' })
  })

  test('what waits is kept while it cannot be written', async () => {
    const job = await add()
    const { db, activity } = house.app.context
    const { schema } = db.sql
    await schema.alterTable('client_contacts').renameTo('client_contacts_away').execute()
    await tokenRequest(house, job, { grant_type: 'client_credentials', scope: 'nothing:such' })
    await activity.flush()
    await tokenRequest(house, job, { grant_type: 'client_credentials' })
    await schema.alterTable('client_contacts_away').renameTo('client_contacts').execute()
    expect(await seen(job)).toMatchObject({ last_error: 'invalid_scope', last_address: '127.0.0.1' })
  })

  test('when the first of its live secrets ends', async () => {
    const job = await add()
    expect((await seen(job)).secret_expires_at).toBeNull()
    const expires_at = nowSeconds() + 3600
    const path = `/realms/default/clients/${job.client_id}/secrets`
    expect((await admin.post(path, { expires_at })).status).toBe(201)
    expect((await seen(job)).secret_expires_at).toBe(expires_at)
  })
})
