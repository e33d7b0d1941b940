/** What an API sees of a key rotation: `jose` verifies by discovery while tokens are issued and the keys change. */
import { createRemoteJWKSet, decodeProtectedHeader, errors, jwtVerify } from 'jose'
import * as oidc from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { KEY_USED_SECONDS, rotateDueKeys, rotateSigningKeys } from '#issuer/signing-keys.ts'
import { changeConfig } from '#store/database.ts'
import { realmOf } from '../clients.ts'
import { ENGINES, type House, openHouse } from '../house.ts'
import { register } from './applications.ts'

const TOKENS_PER_ROUND = 20

describe.each(ENGINES)('key rotation on %s', (engine) => {
  let house: House
  let config: oidc.Configuration

  beforeAll(async () => {
    house = await openHouse({ engine })
    const { client_id, client_secret } = await register(house)
    const options = { execute: [oidc.allowInsecureRequests] }
    config = await oidc.discovery(new URL(house.issuer()), client_id, client_secret, undefined, options)
  })

  afterAll(() => house.close())

  const mint = async (): Promise<string> => (await oidc.clientCredentialsGrant(config)).access_token
  const kidOf = (token: string): string => decodeProtectedHeader(token).kid ?? ''
  const isActive = async (token: string): Promise<boolean> => (await oidc.tokenIntrospection(config, token)).active

  async function rotate(emergency: boolean): Promise<void> {
    await rotateSigningKeys(house.app.context, await realmOf(house, 'default'), { emergency })
  }

  /** An API of its own: `cooldownDuration` is how long it waits before it asks again for a key that it does not know. */
  function api(cooldownDuration: number) {
    const { jwks_uri = '', issuer } = config.serverMetadata()
    const keys = createRemoteJWKSet(new URL(jwks_uri), { cooldownDuration })
    return (token: string) => jwtVerify(token, keys, { issuer, audience: issuer, typ: 'at+jwt' })
  }

  test('no token of the old or of the new key is refused while requests run', async () => {
    const verify = api(0)
    const kids = new Set<string>()
    const before: string[] = []
    const round = async (into?: string[]) => {
      const token = await mint()
      into?.push(token)
      kids.add(kidOf(token))
      await verify(token)
    }
    const rounds = () => Array.from({ length: TOKENS_PER_ROUND }, () => round(before))
    await Promise.all(rounds())
    for (let rotation = 0; rotation < 3; rotation++) {
      await Promise.all([...rounds(), rotate(false), ...rounds()])
      await Promise.all(rounds())
    }
    expect(kids.size).toBe(4)
    expect(await Promise.all(before.map((token) => verify(token)))).toHaveLength(before.length)
    expect(await Promise.all(before.map((token) => isActive(token)))).not.toContain(false)
  })

  test('an API that fetched the keys since they were announced never asks again', async () => {
    const { context } = house.app
    await rotateDueKeys(context, await realmOf(house, 'default'))
    const verify = api(Number.POSITIVE_INFINITY)
    const old = await mint()
    await verify(old)
    // The time has come: all keys are as much older.
    await changeConfig(context.db, (sql) =>
      sql
        .updateTable('signing_keys')
        .set((expression) => ({ active_at: expression('active_at', '-', KEY_USED_SECONDS) }))
        .execute(),
    )
    const fresh = await mint()
    expect(kidOf(fresh)).not.toBe(kidOf(old))
    await verify(fresh)
    await verify(old)
    expect(await isActive(old)).toBe(true)
  })

  test('an API that fetched the keys a moment ago fetches them once more for a key that it does not know', async () => {
    const verify = api(0)
    const old = await mint()
    await verify(old)
    await rotate(false)
    const fresh = await mint()
    expect(kidOf(fresh)).not.toBe(kidOf(old))
    await verify(fresh)
    await verify(old)
  })

  test('an emergency rotation refuses every token of the old keys at once', async () => {
    const old = await mint()
    expect(await isActive(old)).toBe(true)
    await rotate(true)
    expect(await isActive(old)).toBe(false)
    const fresh = await mint()
    expect(await isActive(fresh)).toBe(true)
    // An API that now learns the keys no longer finds the old ones.
    const verify = api(0)
    await verify(fresh)
    await expect(verify(old)).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey)
  })
})
