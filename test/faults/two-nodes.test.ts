/** Two nodes on one PostgreSQL database: one-time means once, and what one ends the other refuses. */
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { nowSeconds } from '#observe/clock.ts'
import type { Caller } from './caller.ts'
import { Ledger } from './ledger.ts'
import { callersOf, endPair, nextCode, type Pair, race, secondsUntil, startPair } from './two-nodes.ts'

/** The limit is one second; the rest is for a busy machine. */
const SOON = 3

let pair: Pair
let here: Caller
let there: Caller

beforeAll(async () => {
  pair = await startPair(inject('postgresUrl'), 100)
  ;[here, there] = callersOf(pair, new Ledger())
})
afterAll(() => endPair(pair))

test('two first starts at the same moment make one installation', async () => {
  const keys = async (caller: Caller) => (await caller.get('key set', 'jwks')).body.keys
  // The next keys are announced within the first minute, and the other node hears of them half a second later.
  await expect.poll(async () => isDeepStrictEqual(await keys(here), await keys(there))).toBe(true)
  const { realms, signing } = await pair.place.audit(async ({ sql }) => ({
    realms: await sql.selectFrom('realms').select('name').orderBy('name').execute(),
    signing: await sql
      .selectFrom('signing_keys')
      .innerJoin('realms', 'realms.id', 'signing_keys.realm_id')
      .select(['name', 'alg'])
      .where('active_at', '<=', nowSeconds())
      .orderBy('name')
      .orderBy('alg')
      .execute(),
  }))
  expect(realms.map(({ name }) => name)).toEqual(['default', 'system'])
  expect(signing.map(({ name, alg }) => `${name} ${alg}`)).toEqual([
    'default ES256',
    'default RS256',
    'system ES256',
    'system RS256',
  ])
})

test('N061 N071 N097 a code, a refresh token, an assertion shown to both at once is honoured once', async () => {
  const audit = await race(pair, { items: 4, tries: 25 })
  expect(audit).toMatchObject({ L: 0, D: 0, B: 0, findings: [] })
})

test('N040 a client that is disabled at one node is refused at the other', async () => {
  const { machine, opaque } = pair.seeds
  const { body } = await there.own(machine)
  const isActive = async () => (await there.introspect(body.access_token, opaque)).body.active
  expect(await isActive()).toBe(true)
  const disable = (enabled: boolean) => here.api('PATCH', `/realms/default/clients/${machine.client_id}`, { enabled })
  expect((await disable(false)).status).toBe(200)
  expect(await secondsUntil(async () => (await there.own(machine)).status === 401)).toBeLessThan(SOON)
  expect(await isActive()).toBe(false)
  expect((await disable(true)).status).toBe(200)
  expect(await secondsUntil(async () => (await there.own(machine)).status === 200)).toBeLessThan(SOON)
})

test('N039 a user who is disabled at one node refreshes no more at the other', async () => {
  const { userId, web } = pair.seeds
  const { body } = await there.redeem(nextCode(pair.seeds))
  expect((await there.introspect(body.access_token, web)).body.active).toBe(true)
  expect((await here.api('PATCH', `/realms/default/users/${userId}`, { enabled: false })).status).toBe(200)
  expect((await there.introspect(body.access_token, web)).body.active).toBe(false)
  expect((await there.refresh(body.refresh_token)).status).toBe(400)
  expect((await here.api('PATCH', `/realms/default/users/${userId}`, { enabled: true })).status).toBe(200)
})

test('N127 a token that is revoked at one node is dead at the other at once', async () => {
  const { opaque, machine } = pair.seeds
  for (const who of [opaque, machine]) {
    const { body } = await here.own(who)
    expect((await there.introspect(body.access_token, who)).body.active).toBe(true)
    expect((await here.revoke(body.access_token, who)).status).toBe(200)
    expect((await there.introspect(body.access_token, who)).body.active).toBe(false)
  }
})
