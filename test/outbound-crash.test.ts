import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES } from './house.ts'
import {
  journalled,
  killedAt,
  killedWhileHeld,
  openGate,
  openScene,
  type Played,
  refuseSaves,
  type Scene,
  VAULT_PATH,
  value,
} from './outbound-crash-scene.ts'
import { openScriptedServer, rotating, type ScriptedServer, type Step } from './scripted-server.ts'

/*
 * kill -9 at each window of a refresh. The node is the server as operators run it; where it stands is steered from
 * outside: a vault or the provider holds its answer, a gate holds what is sent, the database refuses a write. What is
 * looked for each time: the provider sees at most one request more, and the token is kept or the state says what to do.
 */

describe.each(ENGINES)('a crash in a refresh, on %s', { timeout: 90_000 }, (engine) => {
  let provider: ScriptedServer
  let present: Scene | undefined

  beforeAll(async () => {
    provider = await openScriptedServer()
    return () => provider.close()
  })
  afterEach(async () => {
    await present?.place.remove()
    provider.reset()
  })

  async function scene(profile: string, step: Step, more: Partial<Played> = {}): Promise<Scene> {
    present = await openScene(engine, { provider, profile, step, ...more })
    return present
  }
  /** Some time after the crash: another node, or the same again. */
  async function again(scenery: Scene, seconds = 1): Promise<void> {
    await scenery.later(seconds)
    await scenery.node.start()
  }

  test('under the lease, nothing written: it is as if nothing had been', async () => {
    const scenery = await scene('slack', rotating({ graceMs: 0 }), { isSecretInVault: true })
    const { promise: killed, resolve } = Promise.withResolvers<void>()
    provider.next(async () => {
      await killed
      return { status: 503 }
    })
    await killedAt(scenery, () => provider.asked.some(({ path }) => path === VAULT_PATH), resolve)
    const row = await scenery.row()
    expect(row).toMatchObject({ version: 1, attempt_id: null, lease_epoch: expect.any(Number) })
    expect(row.lease_owner).not.toBeNull()
    await again(scenery)
    expect(await scenery.ask()).toMatchObject({ status: 200, token: 'at-2' })
    expect(scenery.asked()).toBe(1)
  })

  test('written and not sent: the provider hears of it once', async () => {
    const gate = await openGate(provider.url)
    try {
      const scenery = await scene('generic_oauth2', rotating({ graceMs: 0 }), { tokenOrigin: gate.origin })
      gate.open(false)
      await killedAt(scenery, () => gate.held() > 0)
      gate.open(true)
      expect(await scenery.row()).toMatchObject({ version: 1, attempt_sends: 1 })
      expect(scenery.asked()).toBe(0)
      await again(scenery)
      expect(await scenery.ask()).toMatchObject({ status: 200, token: 'at-2' })
      expect(scenery.asked()).toBe(1)
      expect(await scenery.row()).toMatchObject({ state: 'ok', attempt_id: null, version: 2 })
    } finally {
      gate.close()
    }
  })

  test('a refresh token that does not rotate: sent again, and nothing was to be lost', async () => {
    const scenery = await scene('google', rotating({ graceMs: 600_000 }))
    await killedWhileHeld(scenery, provider, { drop: 'before_answer' })
    expect(await scenery.row()).toMatchObject({ version: 1, attempt_id: null, state: 'ok' })
    await again(scenery)
    expect(await scenery.ask()).toMatchObject({ status: 200, token: 'at-2' })
    expect(scenery.asked()).toBe(2)
  })

  test('consumed, and nobody knows whether it rotates: sent once more, then a person is asked', async () => {
    const provided = rotating({ graceMs: 0 })
    const scenery = await scene('generic_oauth2', provided)
    await killedWhileHeld(scenery, provider, provided)
    await again(scenery)
    expect(await scenery.ask()).toMatchObject({ status: 409, code: 'invalid_grant' })
    expect(await scenery.ask()).toMatchObject({ status: 409 })
    expect(scenery.asked()).toBe(2)
    expect(await scenery.row()).toMatchObject({ state: 'needs_authorization', reason: 'invalid_grant' })
  })

  test('saved: the token is there, and the provider hears nothing', async () => {
    const scenery = await scene('slack', rotating({ graceMs: 0 }))
    expect(await scenery.ask()).toMatchObject({ status: 200, token: 'at-2' })
    await scenery.node.kill()
    await scenery.node.start()
    expect(await scenery.ask()).toMatchObject({ status: 200, token: 'at-2' })
    expect(scenery.asked()).toBe(1)
  })

  test('sent and not consumed: the attempt is found open, it is sent once more, and the token is kept', async () => {
    const scenery = await scene('generic_oauth2', rotating({ graceMs: 0 }))
    await killedWhileHeld(scenery, provider, { drop: 'before_answer' })
    expect(await scenery.row()).toMatchObject({ version: 1, attempt_sends: 1 })
    await again(scenery)
    expect(await scenery.ask()).toMatchObject({ status: 200, token: 'at-2' })
    expect(scenery.asked()).toBe(2)
    expect(await scenery.row()).toMatchObject({ state: 'ok', attempt_id: null, version: 2 })
  })

  test('consumed, within a grace: the answer comes again', async () => {
    const provided = rotating({ graceMs: 60_000 })
    const scenery = await scene('xero', provided)
    await killedWhileHeld(scenery, provider, provided)
    await again(scenery)
    expect(await scenery.ask()).toMatchObject({ status: 200, token: 'at-3' })
    expect(scenery.asked()).toBe(2)
    expect(await scenery.row()).toMatchObject({ state: 'ok', version: 2 })
  })

  test('consumed, without a grace: the old token is served while it lives, then one try, then a person is asked', async () => {
    const provided = rotating({ graceMs: 0 })
    const scenery = await scene('slack', provided)
    await killedWhileHeld(scenery, provider, provided)
    await again(scenery, -600)
    const state = () => value(scenery, 'select state as value from connections')
    await expect.poll(state, { timeout: 10_000 }).toBe('uncertain')
    expect(await scenery.ask()).toMatchObject({ status: 200, token: 'at-1' })
    expect(scenery.asked()).toBe(1)
    await scenery.node.kill()
    expect(await scenery.row()).toMatchObject({ state: 'uncertain', reason: 'outcome_unknown' })
    await again(scenery)
    expect(await scenery.ask()).toMatchObject({ status: 409, code: 'invalid_grant' })
    expect(await scenery.ask()).toMatchObject({ status: 409 })
    expect(scenery.asked()).toBe(2)
    expect(await scenery.row()).toMatchObject({ state: 'needs_authorization', reason: 'invalid_grant' })
  })

  test('answered and journalled, not saved: the answer is found at the start, and the provider hears nothing', async () => {
    const provided = rotating({ graceMs: 0 })
    const scenery = await scene('slack', provided)
    const allow = await refuseSaves(scenery)
    const lost = scenery.ask().catch(() => 'lost')
    await expect.poll(() => journalled(scenery), { timeout: 10_000 }).toBe('1')
    await scenery.node.kill()
    await lost
    await allow()
    expect(await scenery.row()).toMatchObject({ version: 1, attempt_sends: 1 })
    await scenery.place.audit(async ({ sql }) => {
      await sql.updateTable('connections').set({ lease_until_ms: 0 }).execute()
    })
    await scenery.node.start()
    await expect.poll(() => journalled(scenery), { timeout: 10_000 }).toBe('0')
    expect(await scenery.ask()).toMatchObject({ status: 200, token: 'at-2' })
    expect(scenery.asked()).toBe(1)
    expect(await scenery.row()).toMatchObject({ state: 'ok', version: 2, attempt_id: null })
  })
})
