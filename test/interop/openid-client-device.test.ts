/** The device flow with `openid-client`: it finds the endpoint, shows what it got, and asks as often as it was told. */
import * as oidc from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addUser } from '../clients.ts'
import { DEVICE_CODE, toQuestion } from '../device-flow.ts'
import { ENGINES, type House, openHouse } from '../house.ts'
import { register } from './applications.ts'

describe.each(ENGINES)('openid-client as a device on %s', (engine) => {
  let house: House
  let ada: string
  let devices: readonly oidc.Configuration[]

  beforeAll(async () => {
    house = await openHouse({ engine })
    ada = await addUser(house, { username: 'ada', name: 'Ada' })
    const fields = { grant_types: [DEVICE_CODE, 'refresh_token'] }
    const execute = [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks]
    const configured = async (id: string, prove: oidc.ClientAuth) =>
      await oidc.discovery(new URL(house.issuer()), id, {}, prove, { execute })
    const open = await register(house, { ...fields, token_endpoint_auth_method: 'none' })
    const confidential = await register(house, fields)
    devices = [
      await configured(open.client_id, oidc.None()),
      await configured(confidential.client_id, oidc.ClientSecretBasic(confidential.client_secret)),
    ]
  })
  afterAll(() => house.close())

  async function answer(config: oidc.Configuration, button: 'approve' | 'deny') {
    const waiting = await oidc.initiateDeviceAuthorization(config, { scope: 'openid profile offline_access' })
    expect(URL.parse(waiting.verification_uri_complete ?? '')?.searchParams.get('user_code')).toBe(waiting.user_code)
    const { browser, page } = await toQuestion(house, waiting.user_code, 'ada')
    await browser.submit(page, { [button]: '1' })
    return await oidc.pollDeviceAuthorizationGrant(config, waiting)
  }

  test('a public and a confidential one get tokens, claims and new tokens', async () => {
    const all = await Promise.all(devices.map((config) => answer(config, 'approve')))
    for (const [at, tokens] of all.entries()) {
      const config = devices[at] as oidc.Configuration
      expect(tokens.claims()).toMatchObject({ iss: house.issuer(), sub: ada })
      expect(await oidc.fetchUserInfo(config, tokens.access_token, ada)).toMatchObject({ sub: ada, name: 'Ada' })
      const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')
      expect(renewed.refresh_token).not.toBe(tokens.refresh_token)
    }
  })

  test('a person who says no is told apart', async () => {
    const denied = answer(devices[0] as oidc.Configuration, 'deny')
    await expect(denied).rejects.toMatchObject({ error: 'access_denied' })
  })
})
