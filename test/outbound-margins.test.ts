import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dueAt, freshnessOf, marginsOf } from '#outbound/margins.ts'
import { lastErrorOf, nextTryAt, recoveryOf, resendAt, serverStatusAfter } from '#outbound/states.ts'

/* When a token is renewed, when a failure is tried again, and when a refresh token may be sent a second time. */

const byNumber = (a: number | null, b: number | null) => (a ?? 0) - (b ?? 0)

describe('margins', () => {
  test('an hour: renewed behind the answer ten to fifteen minutes before, waited for in the last five', () => {
    const margins = (jitter: number) => marginsOf({ receivedAt: 0, expiresAt: 3600, jitter })
    expect(margins(0)).toEqual({ softAt: 3000, hardAt: 3300 })
    expect(margins(0.999).softAt).toBeGreaterThanOrEqual(2700)
  })

  test('a minute: a quarter and a half of its life, whatever is configured', () => {
    expect(marginsOf({ receivedAt: 0, expiresAt: 60, margin: 300, jitter: 0 })).toEqual({ softAt: 30, hardAt: 45 })
  })

  test('a provider with a small margin keeps it; a token without an end has none', () => {
    expect(marginsOf({ receivedAt: 0, expiresAt: 3600, margin: 30, jitter: 0 })).toEqual({ softAt: 3540, hardAt: 3570 })
    expect(marginsOf({ receivedAt: 0, expiresAt: null, jitter: 0 })).toEqual({ softAt: null, hardAt: null })
  })

  test('soft comes before hard, hard not after the end, and a new token is always fresh', () => {
    const any = fc.record({
      receivedAt: fc.integer({ min: 0, max: 2e9 }),
      life: fc.integer({ min: 4, max: 1e8 }),
      margin: fc.integer({ min: 0, max: 1e6 }),
      jitter: fc.double({ min: 0, max: 0.999, noNaN: true }),
    })
    fc.assert(
      fc.property(any, ({ receivedAt, life, margin, jitter }) => {
        const expiresAt = receivedAt + life
        const { softAt, hardAt } = marginsOf({ receivedAt, expiresAt, margin, jitter })
        const token = { received_at_ms: receivedAt * 1000, soft_at: softAt, hard_at: hardAt, expires_at: expiresAt }
        expect([receivedAt, softAt, hardAt, expiresAt]).toEqual(
          [receivedAt, softAt, hardAt, expiresAt].toSorted(byNumber),
        )
        expect(freshnessOf(token, receivedAt)).toBe('fresh')
      }),
    )
  })

  const token = { received_at_ms: 0, soft_at: 3000, hard_at: 3300, expires_at: 3600 }
  test.each([
    [2999, 'fresh'],
    [3000, 'soft'],
    [3300, 'hard'],
    [3600, 'over'],
  ])('at %d it is %s', (now, expected) => {
    expect(freshnessOf(token, now)).toBe(expected)
  })

  test('a wanted validity renews earlier, up to half of the life', () => {
    expect(freshnessOf(token, 2000, 1500)).toBe('fresh')
    expect(freshnessOf(token, 2200, 1500)).toBe('hard')
    expect(freshnessOf(token, 1700, 99_999)).toBe('fresh')
    expect(freshnessOf({ ...token, received_at_ms: null }, 0)).toBe('over')
    expect(freshnessOf({ ...token, expires_at: null }, 9e9)).toBe('fresh')
  })

  test('the house acts in time for the token, and before the refresh token idles away', () => {
    expect(dueAt(3000, 0, undefined)).toBe(3000)
    expect(dueAt(3000, 0, 1000)).toBe(600)
    expect(dueAt(null, 0, 1000)).toBe(600)
    expect(dueAt(null, 0, undefined)).toBeNull()
  })
})

describe('N162 the next try', () => {
  test('doubles, ends at a quarter of an hour, and is spread', () => {
    expect(nextTryAt(0, 1, null, 0.5)).toBe(5)
    expect(nextTryAt(0, 4, null, 0.5)).toBe(40)
    expect(nextTryAt(0, 50, null, 0.5)).toBe(900)
    expect([nextTryAt(0, 50, null, 0), nextTryAt(0, 50, null, 1)]).toEqual([630, 1170])
  })

  test('comes never before Retry-After, which is believed for a day', () => {
    expect(nextTryAt(0, 1, 120, 0.5)).toBe(120)
    expect(nextTryAt(0, 1, 10_000_000, 0.5)).toBe(86_400)
  })
})

describe('a refresh token whose sending ended in the dark', () => {
  const at = 1000
  const living = 5000
  test.each([
    ['does not rotate: again', { rotation: 'none' } as const, 7, living, 'send'],
    ['within the grace: again', { rotation: 'rotates', reuse_grace_seconds: 600 } as const, 1, living, 'send'],
    [
      'within the grace, too often: no more',
      { rotation: 'rotates', reuse_grace_seconds: 600 } as const,
      4,
      null,
      'give_up',
    ],
    ['rotates, the old token lives: wait', { rotation: 'rotates' } as const, 1, living, 'wait'],
    ['rotates, the old token is over: once', { rotation: 'rotates' } as const, 1, 900, 'send'],
    ['rotates, sent twice: no more', { rotation: 'rotates' } as const, 2, 900, 'give_up'],
    ['unknown: once', undefined, 1, living, 'send'],
    ['unknown, sent twice: no more', undefined, 2, living, 'give_up'],
    ['unknown, and reuse ends the grant: wait', { reuse_ends_grant: true } as const, 1, living, 'wait'],
  ] as const)('%s', (_name, rules, sends, expiresAt, expected) => {
    expect(recoveryOf({ at, sends }, rules, expiresAt, at + 100)).toBe(expected)
  })

  test.each([
    ['within the grace: soon', { rotation: 'rotates', reuse_grace_seconds: 600 } as const, 1, living, 1105],
    ['rotates, the old token lives: at its end', { rotation: 'rotates' } as const, 1, living, living],
    ['unknown, the old token lives: when half of that is over', undefined, 1, 2100, 1600],
    ['unknown, the old token is over: soon', undefined, 1, 900, 1105],
    ['sent twice: never', undefined, 2, living, undefined],
  ] as const)('when: %s', (_name, rules, sends, expiresAt, expected) => {
    expect(resendAt({ at, sends }, rules, expiresAt, at + 100, at + 105)).toBe(expected)
  })
})

describe('what an end means for the server', () => {
  test('settings are its own, a person’s dead grant is not', () => {
    expect(serverStatusAfter({ class: 'server_settings' }, false)).toBe('error')
    expect(serverStatusAfter({ class: 'transient' }, false)).toBe('degraded')
    expect(serverStatusAfter({ class: 'grant_dead' }, false)).toBeUndefined()
    expect(serverStatusAfter({ class: 'grant_dead' }, true)).toBe('needs_authorization')
    expect(serverStatusAfter({ class: 'busy' }, true)).toBeUndefined()
  })

  test('the last error says what to do', () => {
    const problem = { class: 'server_settings', code: 'invalid_client', description: 'no', retryAfter: null } as const
    expect(lastErrorOf(problem, 7)).toMatchObject({
      at: 7,
      code: 'invalid_client',
      advice: expect.stringContaining('Check client ID'),
    })
  })
})
