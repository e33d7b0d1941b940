import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addClient } from './clients.ts'
import { type House, openHouse } from './house.ts'
import { form } from './requests.ts'

interface Signing {
  readonly jwk: JWK
  readonly sign: (clientId: string, audience: string) => Promise<string>
}

async function signing(kid: string): Promise<Signing> {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  return {
    jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' },
    sign: (clientId, audience) =>
      new SignJWT({ jti: crypto.randomUUID() })
        .setProtectedHeader({ alg: 'ES256', kid })
        .setIssuer(clientId)
        .setSubject(clientId)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime('1m')
        .sign(privateKey),
  }
}

describe('N105 RFC 7591 §2 keys by address', () => {
  let keyServer: Server
  let house: House
  let closed: House
  let asked = 0
  let published: object = { keys: [] }
  let url = ''

  beforeAll(async () => {
    keyServer = createServer((_request, response) => {
      asked++
      response.end(JSON.stringify(published))
    })
    await new Promise<void>((resolve) => keyServer.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(keyServer.address() as AddressInfo).port}/jwks`
    house = await openHouse({ env: { SALLYPORT_EGRESS_ALLOW: 'default=127.0.0.0/8' } })
    closed = await openHouse()
  })
  afterAll(async () => {
    await Promise.all([house.close(), closed.close()])
    keyServer.close()
  })

  const register = (at: House, clientId: string) =>
    addClient(at, {
      client_id: clientId,
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: url,
    })

  const tokenWith = async (at: House, assertion: string): Promise<{ status: number; error?: string }> => {
    const response = await fetch(`${at.issuer()}/token`, {
      method: 'POST',
      body: form({
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      }),
    })
    return { status: response.status, ...((await response.json()) as { error?: string }) }
  }

  test('keys are fetched once and kept; an unknown kid is looked for, but not often', async () => {
    await register(house, 'by-address')
    const [first, second] = await Promise.all([signing('first'), signing('second')])
    published = { keys: [first.jwk] }
    asked = 0
    for (let count = 0; count < 3; count++) {
      expect((await tokenWith(house, await first.sign('by-address', house.issuer()))).status).toBe(200)
    }
    expect(asked).toBe(1)
    published = { keys: [first.jwk, second.jwk] }
    for (let count = 0; count < 3; count++) {
      const refused = await tokenWith(house, await second.sign('by-address', house.issuer()))
      expect(refused).toMatchObject({ status: 401, error: 'invalid_client' })
    }
    expect(asked).toBe(1)
  })

  test('garbage is invalid_client, never a fault', async () => {
    const key = await signing('any')
    for (const [at, answer] of [{}, { keys: 'none' }, { keys: [null, 1, {}] }, []].entries()) {
      published = answer
      await register(house, `garbage-${at}`)
      const refused = await tokenWith(house, await key.sign(`garbage-${at}`, house.issuer()))
      expect(refused).toMatchObject({ status: 401, error: 'invalid_client' })
    }
  })

  test('N165 an address that the operator did not open is never called', async () => {
    await register(closed, 'inside')
    asked = 0
    const key = await signing('any')
    const refused = await tokenWith(closed, await key.sign('inside', closed.issuer()))
    expect(refused).toMatchObject({ status: 401, error: 'invalid_client' })
    expect(asked).toBe(0)
  })
})
