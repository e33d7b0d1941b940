import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, type Office } from './office.ts'
import { form } from './requests.ts'

const OSOC = '/osoc/api/oauthcontroller'
const SERVER = '/oauth-server'

/** Every door of each façade, and the methods that it takes. */
const FACADES: Readonly<Record<string, readonly (readonly [method: string, path: string])[]>> = {
  appmill: [
    ['GET', `${OSOC}/authorize`],
    ['POST', `${OSOC}/token`],
  ],
  spring: [
    ['POST', `${SERVER}/oauth/token`],
    ['GET', `${SERVER}/oauth/check_token`],
    ['POST', `${SERVER}/oauth/check_token`],
  ],
  onesait: [
    ['POST', `${SERVER}/openplatform-oauth/check_token`],
    ['POST', `${SERVER}/openplatform-oauth/revoke_token`],
  ],
}

describe.each(ENGINES)('N180 what is switched off is off, on %s', (engine) => {
  let house: House
  let admin: Office

  beforeAll(async () => {
    house = await openHouse({ engine })
    admin = await adminOffice(house)
  })
  afterAll(() => house.close())

  const knock = async (method: string, path: string): Promise<number> => {
    const body = method === 'POST' ? { body: form({ token: 'x', grant_type: 'password' }) } : {}
    return (await fetch(`${house.url}${path}`, { method, ...body })).status
  }
  const take = async (facades: readonly string[]) => {
    expect((await admin.patch('/realms/default', { facades })).status).toBe(200)
  }

  test('façades: no door before one is switched on, its own doors while it is, none after', async () => {
    const doors = Object.values(FACADES).flat()
    for (const [method, path] of doors) expect(await knock(method, path), `${method} ${path}`).toBe(404)
    for (const [name, own] of Object.entries(FACADES)) {
      await take([name])
      for (const [method, path] of doors) {
        const isOwn = own.some(([m, p]) => m === method && p === path)
        const status = await knock(method, path)
        if (isOwn) expect(status, `${name} on: ${method} ${path}`).not.toBe(404)
        else expect(status, `${name} on: ${method} ${path}`).toBe(404)
      }
    }
    await take([])
    for (const [method, path] of doors) expect(await knock(method, path), `${method} ${path}`).toBe(404)
  })

  test('a façade whose realm is disabled is off', async () => {
    expect((await admin.post('/realms', { name: 'mill', facades: ['spring'] })).status).toBe(201)
    expect(await knock('POST', `${SERVER}/oauth/check_token`)).not.toBe(404)
    expect((await admin.patch('/realms/mill', { enabled: false })).status).toBe(200)
    expect(await knock('POST', `${SERVER}/oauth/check_token`)).toBe(404)
  })

  test('a disabled realm has no doors', async () => {
    expect((await admin.post('/realms', { name: 'closed' })).status).toBe(201)
    const doors = [
      ['GET', '.well-known/openid-configuration'],
      ['GET', 'jwks'],
      ['GET', 'authorize'],
      ['GET', 'userinfo'],
      ['GET', 'logout'],
      ['GET', 'device'],
      ['POST', 'token'],
      ['POST', 'introspect'],
      ['POST', 'revoke'],
      ['POST', 'device_authorization'],
    ] as const
    for (const [method, door] of doors) {
      expect(await knock(method, `/realms/closed/${door}`), door).not.toBe(404)
    }
    expect((await admin.patch('/realms/closed', { enabled: false })).status).toBe(200)
    for (const [method, door] of doors) expect(await knock(method, `/realms/closed/${door}`), door).toBe(404)
  })
})
