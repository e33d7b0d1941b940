import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addClient, addUser, type Credentials } from './clients.ts'
import { begin, DEVICE_CODE, poll, toQuestion } from './device-flow.ts'
import { ENGINES, type House, openHouse } from './house.ts'

describe.each(ENGINES)('the device flow on %s', (engine) => {
  let house: House
  let television: { client: Pick<Credentials, 'client_id'> }

  beforeAll(async () => {
    house = await openHouse({ engine })
    const { client_id } = await addClient(house, {
      client_id: 'television',
      client_name: 'Television',
      token_endpoint_auth_method: 'none',
      grant_types: [DEVICE_CODE, 'refresh_token'],
      scope: 'openid profile offline_access',
    })
    television = { client: { client_id } }
    await addUser(house, { username: 'ada' })
  })
  afterAll(() => house.close())

  test('§3 a device waits, a person allows it, the device gets its tokens', async () => {
    const answer = await begin(house, television)
    expect(answer).toEqual({
      device_code: expect.stringMatching(/^[\w-]{43}$/),
      user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/),
      verification_uri: `${house.issuer()}/device`,
      verification_uri_complete: `${house.issuer()}/device?user_code=${answer.user_code}`,
      expires_in: 600,
      interval: 5,
    })
    expect(await poll(house, television, answer.device_code)).toMatchObject({
      status: 400,
      error: 'authorization_pending',
    })
    const { browser, page } = await toQuestion(house, answer.user_code, 'ada')
    expect(page.body).toContain('Television was started on another device')
    const done = await browser.submit(page, { approve: '1' })
    expect(done.body).toContain('id="device_approved"')
    const tokens = await poll(house, television, answer.device_code)
    expect(tokens).toMatchObject({
      status: 200,
      token_type: 'Bearer',
      refresh_token: expect.any(String),
      id_token: expect.any(String),
    })
  })
})
