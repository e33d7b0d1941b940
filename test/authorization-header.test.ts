/** The Authorization header is read by one strict parser at every door (RFC 9110 §11.4, RFC 6750 §2.1, RFC 7617 §2). */
import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addClient, addUser, type Credentials } from './clients.ts'
import { REDIRECT_URI, tokensOf } from './code-flow.ts'
import { type House, openHouse } from './house.ts'
import { BOOTSTRAP, bearer } from './office.ts'
import { form } from './requests.ts'

describe('N057 the Authorization header', () => {
  let house: House
  let web: Credentials

  beforeAll(async () => {
    house = await openHouse()
    const grants = ['authorization_code', 'client_credentials']
    web = await addClient(house, {
      client_id: 'web',
      grant_types: grants,
      redirect_uris: [REDIRECT_URI],
      scope: 'openid',
    })
    await addUser(house, { username: 'alice' })
  })
  afterAll(() => house.close())

  /** By `node:http`: `fetch` would mend what is sent. */
  const send = (path: string, authorization: string | string[]) => {
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    const headers = ['Host', new URL(house.url).host]
    for (const value of [authorization].flat()) headers.push('Authorization', value)
    httpRequest(house.url + path, { headers }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
      .on('error', reject)
      .end()
    return promise
  }

  test('userinfo and the management API', async () => {
    const person = (await tokensOf(house, { client: web, username: 'alice' })).access_token
    const admin = await bearer(house, BOOTSTRAP)
    const doors = [
      ['/realms/default/userinfo', person],
      ['/api/v1/realms', admin],
    ] as const
    for (const [path, token] of doors) {
      expect(await send(path, `Bearer ${token}`), path).toBe(200)
      const odd = [
        `Bearer\t${token}`,
        `Bearer  ${token}`,
        `Bearer ${token} x`,
        `Bearer ${token}, Bearer ${token}`,
        `Bearer ${token},`,
        `Bearer "${token}"`,
        `Bearer=${token}`,
        `Bearer:${token}`,
        `Bearer${token}`,
        `Bearer`,
        `Bearer token=${token}`,
        `Token ${token}`,
        `DPoP ${token}`,
        `Basic ${token}`,
        token,
        '',
      ]
      for (const header of odd) expect(await send(path, header), `${path} ${header.slice(0, 20)}`).toBe(401)
      expect(await send(path, [`Bearer ${token}`, `Bearer ${token}`]), path).toBe(400)
    }
  })

  test('Basic at the token, introspection and revocation endpoints', async () => {
    const value = Buffer.from(`${web.client_id}:${web.client_secret}`).toString('base64')
    const ask = (door: string, authorization: string) =>
      fetch(`${house.issuer()}/${door}`, {
        method: 'POST',
        headers: { authorization },
        body: form({ grant_type: 'client_credentials', token: 'x' }),
      })
    for (const door of ['token', 'introspect', 'revoke']) {
      for (const scheme of ['Basic', 'basic', 'BASIC']) expect((await ask(door, `${scheme} ${value}`)).status).toBe(200)
      const odd = [
        `Basic\t${value}`,
        `Basic  ${value}`,
        `Basic ${value} x`,
        `Basic ${value},`,
        'Basic',
        `Basic:${value}`,
      ]
      for (const header of [...odd, `Bearer ${value}`, value]) {
        const response = await ask(door, header)
        expect(response.status, header.slice(0, 12)).toBe(401)
        expect(response.headers.get('www-authenticate')).toMatch(/^Basic /)
      }
    }
  })
})
