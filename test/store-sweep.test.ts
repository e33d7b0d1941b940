/** Growth is bounded: what expired is deleted in batches, and what still has a meaning is not. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../src/store/database.ts'
import { sweepExpired } from '../src/store/sweep.ts'
import type { Tables } from '../src/store/tables.ts'
import { engines, open, type Place } from './store-places.ts'

function authorizationCode(code: Partial<Tables['authorization_codes']>): Tables['authorization_codes'] {
  return {
    code_hash: randomUUID(),
    realm_id: 'r',
    client_id: 'c',
    grant_id: 'g',
    redirect_uri: 'https://client.example/cb',
    redirect_uri_was_sent: 1,
    code_challenge: null,
    nonce: null,
    claims: null,
    created_at: 0,
    expires_at: 60,
    spent_at: null,
    ...code,
  }
}

describe.each(engines)('sweeping on $name', ({ create }) => {
  const now = 1_000_000
  let place: Place
  let db: Database
  beforeAll(async () => {
    place = await create()
    db = await open(place)
  })
  afterAll(async () => {
    await db.close()
    await place.drop()
  })

  test('what expired goes in batches, what still means something stays', async () => {
    const day = 86_400
    const codes = [now + 1, now - 500, now - 700].map((expires_at) => authorizationCode({ expires_at }))
    await db.sql.insertInto('authorization_codes').values(codes).execute()
    const jtis = Array.from({ length: 23 }, (_, at) => ({
      jti: `${at}`,
      expires_at: at < 20 ? now - 1000 : now + 1000,
    }))
    await db.sql.insertInto('revoked_tokens').values(jtis).execute()
    const refresh = (expires_at: number): Tables['refresh_tokens'] => ({
      token_hash: randomUUID(),
      realm_id: 'r',
      client_id: 'c',
      grant_id: 'g',
      created_at: 0,
      idle_expires_at: expires_at,
      expires_at,
      spent_at_ms: 1,
      successor_hash: null,
      sealed_answer: null,
      sealed_until_ms: null,
    })
    await db.sql
      .insertInto('refresh_tokens')
      .values([now - day - 1, now - day + 1].map(refresh))
      .execute()
    await db.sql
      .insertInto('sessions')
      .values([session(now + day, null), session(now + day, now - day - 1)])
      .execute()
    await db.sql
      .insertInto('sessions')
      .values([session(now - day - 1, null), session(now + day, now - 1)])
      .execute()
    await db.sql
      .insertInto('grants')
      .values([now - day - 1, now].map(grant))
      .execute()
    expect(await sweepExpired(db, now, 5)).toBe(1 + 20 + 1 + 2 + 1)
    expect(await sweepExpired(db, now)).toBe(0)
    expect(await db.sql.selectFrom('authorization_codes').select('expires_at').execute()).toHaveLength(2)
    expect(await db.sql.selectFrom('revoked_tokens').select('jti').execute()).toHaveLength(3)
    expect(await db.sql.selectFrom('sessions').select('id').execute()).toHaveLength(2)
  })

  function session(expires_at: number, ended_at: number | null): Tables['sessions'] {
    const id = randomUUID()
    const times = { auth_time: 0, created_at: 0, last_seen_at: 0, idle_expires_at: expires_at, expires_at, ended_at }
    const browser = { amr: '[]', address: '192.0.2.1', user_agent: '' }
    return { id, token_hash: id, realm_id: 'r', user_id: 'u', ...browser, ...times }
  }

  function grant(expires_at: number): Tables['grants'] {
    return {
      id: randomUUID(),
      realm_id: 'r',
      client_id: 'c',
      user_id: 'u',
      session_id: null,
      kind: 'authorization_code',
      scope: '',
      offline: 0,
      auth_time: 0,
      amr: '[]',
      created_at: 0,
      expires_at,
      revoked_at: null,
      revoked_because: null,
    }
  }
})
