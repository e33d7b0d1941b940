import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, type Office } from './office.ts'
import { openScriptedServer, type ScriptedServer } from './scripted-server.ts'

describe.each(ENGINES)('OAuth servers on %s', (engine) => {
  let house: House
  let admin: Office
  let foreign: ScriptedServer
  const path = '/realms/default/oauth-servers'

  beforeAll(async () => {
    house = await openHouse({ engine, env: { SALLYPORT_EGRESS_ALLOW: '127.0.0.0/8' } })
    admin = await adminOffice(house)
    foreign = await openScriptedServer()
    foreign.stand('/token', { json: { access_token: 'a foreign token', expires_in: 3600 } })
  })
  afterAll(async () => {
    await house.close()
    await foreign.close()
  })

  const fields = (name: string) => ({
    name,
    grant_type: 'client_credentials',
    client_id: 'ours',
    client_secret: 'a secret of theirs',
    token_endpoint: `${foreign.url}/token`,
  })

  test('a name is enough beside what the grant needs: the rest has its default, and a token is fetched at once', async () => {
    const before = foreign.asked.length
    const told = await admin.post(path, fields('Acme CRM (test)'))
    expect(told.status).toBe(201)
    expect(told.body).toMatchObject({
      name: 'Acme CRM (test)',
      slug: 'acme-crm-test',
      authentication_method: 'client_secret_post',
      include_scope: true,
      max_retry_attempts: 3,
      max_wait_seconds: 60,
      pkce: true,
      on_failure: 'retry',
      allowed_clients: [],
      status: 'ok',
      last_error: null,
      disabled_reason: null,
      redirect_uri: `${house.issuer()}/outbound/acme-crm-test/callback`,
      secrets: [{ field: 'client_secret', kind: 'local', origins: [foreign.url] }],
    })
    expect(foreign.asked.length).toBe(before + 1)
    expect(foreign.last().parameters).toMatchObject({ client_id: 'ours', client_secret: 'a secret of theirs' })
    expect(told.headers.get('location')).toBe(`${house.url}/api/v1${path}/acme-crm-test`)
    const read = await admin.get(`${path}/acme-crm-test`)
    expect(read.body).toEqual(told.body)
    expect(read.headers.get('etag')).toBe(told.headers.get('etag'))
  })

  test('what cannot work is saved all the same, and says what to do', async () => {
    foreign.next({ status: 401, json: { error: 'invalid_client', error_description: 'who are you' } })
    const told = await admin.post(path, fields('Broken'))
    expect(told.status).toBe(201)
    expect(told.body).toMatchObject({
      status: 'error',
      last_error: { code: 'invalid_client', description: 'who are you', advice: expect.stringContaining('secret') },
    })
    const mended = await admin.patch(`${path}/broken`, { client_secret: 'the right one' })
    expect(mended.body).toMatchObject({ status: 'ok', last_error: null })
  })
})
