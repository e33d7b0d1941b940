import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { onesaitCheckRefused } from '#facades/onesait.ts'
import { springRefused } from '#facades/spring.ts'
import type { Request } from '#http/message.ts'
import { ENGINES } from './house.ts'
import { jsonOf } from './office.ts'
import { CHECK, OWN_CHECK, openPlant, type Plant, REVOKE, TOKEN, UNKNOWN } from './older-callers.ts'
import { basic } from './requests.ts'

describe.each(ENGINES)('callers of the controller of onesait on %s', (engine) => {
  let { house, key, other, reader, post, anonymous, tokens } = {} as Plant

  beforeAll(async () => {
    const plant = await openPlant(engine)
    ;({ house, key, other, reader, post, anonymous, tokens } = plant)
    await plant.admin.patch('/realms/plant', { facades: ['spring', 'onesait'] })
  })
  afterAll(() => house.close())

  test('onesait check_token: its own fields; errors come with status 200', async () => {
    const { access_token, jti } = await tokens()
    const held = { exp: expect.any(Number), grant_type: 'password', client_id: 'plant', jti }
    const names = { name: 'alice', user_name: 'alice', principal: 'alice' }
    const authorities = ['ROLE_DEVELOPER', 'ROLE_OPERATOR']
    const answer = await post(OWN_CHECK, { token: access_token })
    expect(await jsonOf(answer)).toEqual({ scope: ['plant'], ...names, ...held, authorities })
    expect(await jsonOf(await post(OWN_CHECK, { token: access_token }, reader))).toMatchObject({ scope: ['reader'] })
    for (const [caller, token] of [
      [key, 'no token'],
      [other, access_token],
    ] as const) {
      const refused = await post(OWN_CHECK, { token }, caller)
      expect(refused.status).toBe(200)
      expect(await refused.json()).toEqual(UNKNOWN)
    }
    const wrong = await post(OWN_CHECK, { token: access_token }, { ...key, client_secret: 'wrong' })
    expect(wrong.status).toBe(200)
    expect(await wrong.json()).toMatchObject({ error: 'access_denied' })
  })

  test('N128 revoke_token: query or form; access and refresh token die; only by the client that they were issued to', async () => {
    for (const by of ['query', 'form'] as const) {
      const held = await tokens()
      const theirs = await post(REVOKE, { token: held.access_token }, other)
      expect(theirs.status).toBe(400)
      expect((await post(CHECK, { token: held.access_token })).status).toBe(200)
      const answer =
        by === 'form'
          ? await post(REVOKE, { token: held.access_token })
          : await fetch(`${house.url}${REVOKE}?token=${held.access_token}`, {
              method: 'POST',
              headers: { ...basic(key), 'content-type': 'application/x-www-form-urlencoded' },
            })
      expect(answer.status).toBe(200)
      expect(await answer.json()).toEqual({ access_token: held.access_token, state: 'invalid_token' })
      expect(await jsonOf(await post(CHECK, { token: held.access_token }))).toEqual(UNKNOWN)
      const again = await post(TOKEN, { grant_type: 'refresh_token', refresh_token: held.refresh_token })
      expect(await jsonOf(again)).toMatchObject({ error: 'invalid_grant' })
      expect(house.logged.join('\n')).not.toContain(held.access_token)
    }
    const unknown = await post(REVOKE, { token: 'nothing' })
    expect(await jsonOf(unknown)).toEqual({ access_token: 'nothing', state: 'invalid_token' })
    expect((await anonymous(REVOKE, { token: 'nothing' })).status).toBe(401)
  })

  test('N128 what is ours to mend never looks like an answer: a database that is away is 503 at both doors', () => {
    const request = { headers: {}, body: '' } as Request
    const headers = { 'retry-after': '2' }
    const away = { status: 503, error: 'temporarily_unavailable', description: 'try again', headers }
    for (const refused of [onesaitCheckRefused, springRefused]) {
      expect(refused(request, away)).toMatchObject({ status: 503, headers })
    }
  })
})
