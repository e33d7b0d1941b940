import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ClientActivity } from '#issuer/client-activity.ts'
import { createLog } from '#observe/log.ts'
import { findClient } from '#store/clients.ts'
import { addClient, addUser, type Credentials, realmOf } from './clients.ts'
import { authorize, REDIRECT_URI, redeem, refresh, type Tokens, tokenRequest, tokensOf } from './code-flow.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, jsonOf, type Office } from './office.ts'
import { basic, form } from './requests.ts'

/*
 * A client's life in the flow, as an administrator sees it: what it got last and what has become of that. Codes and
 * tokens are shown by fingerprint only.
 */

const printOf = (value: string) => createHash('sha256').update(value).digest('hex').slice(0, 8)
const nothingYet = {
  redirect_uri: null,
  authorization_code: null,
  code_created_at: null,
  access_token: null,
  token_created_at: null,
  passthru_user: null,
  last_used_at: null,
}
const recent = () => expect.toSatisfy((at: number) => Math.abs(at - Date.now() / 1000) < 60)

describe.each(ENGINES)('a client in the flow, on %s', (engine) => {
  let house: House
  let admin: Office
  const clients = '/realms/default/clients'
  const people = { grant_types: ['authorization_code', 'refresh_token'], redirect_uris: [REDIRECT_URI] }
  const machine = { grant_types: ['client_credentials'] }
  let count = 0

  beforeAll(async () => {
    house = await openHouse({ engine })
    admin = await adminOffice(house)
    await addUser(house, { username: 'Ada' })
    await addUser(house, { username: 'bob' })
  })
  afterAll(() => house.close())

  const add = (fields: object): Promise<Credentials> =>
    addClient(house, { client_id: `client-${++count}`, scope: 'openid', ...fields })
  const seen = async ({ client_id }: Credentials) => (await admin.get(`${clients}/${client_id}`)).body
  const ownToken = async (client: Credentials): Promise<string> => {
    const response = await tokenRequest(house, client, { grant_type: 'client_credentials' })
    expect(response.status).toBe(200)
    return String((await jsonOf(response)).access_token)
  }
  const revoke = (client: Credentials, token: string) =>
    fetch(`${house.issuer()}/revoke`, { method: 'POST', headers: basic(client), body: form({ token }) })

  test('a code is issued, then redeemed; a token is issued, then replaced, then revoked', async () => {
    const app = await add(people)
    expect(await seen(app)).toMatchObject(nothingYet)
    const authorized = await authorize(house, { client: app, username: 'ada' })
    const code = { fingerprint: printOf(authorized.code), state: 'issued' }
    const afterCode = await seen(app)
    expect(afterCode).toMatchObject({
      redirect_uri: REDIRECT_URI,
      authorization_code: code,
      code_created_at: recent(),
      access_token: null,
      token_created_at: null,
      passthru_user: 'Ada',
      last_used_at: recent(),
    })
    const tokens = (await jsonOf(await redeem(house, app, authorized))) as Tokens
    expect(await seen(app)).toMatchObject({
      authorization_code: { ...code, state: 'redeemed' },
      access_token: { fingerprint: printOf(tokens.access_token), state: 'issued' },
      token_created_at: recent(),
    })
    const next = (await jsonOf(await refresh(house, app, tokens.refresh_token ?? ''))) as Tokens
    expect((await seen(app)).access_token).toEqual({ fingerprint: printOf(next.access_token), state: 'issued' })
    await revoke(app, next.access_token)
    expect((await seen(app)).access_token).toEqual({ fingerprint: printOf(next.access_token), state: 'revoked' })
    const text = JSON.stringify(await seen(app))
    for (const raw of [authorized.code, tokens.access_token, next.access_token]) expect(text).not.toContain(raw)
  })

  test('a code that nobody redeems expires; one whose person left is revoked', async () => {
    const app = await add(people)
    const id = await addUser(house, { username: 'leaver' })
    await authorize(house, { client: app, username: 'leaver' })
    expect((await seen(app)).authorization_code.state).toBe('issued')
    await admin.delete(`/realms/default/users/${id}/sessions`)
    expect((await seen(app)).authorization_code.state).toBe('revoked')
    await admin.delete(`/realms/default/users/${id}`)
    expect(await seen(app)).toMatchObject({ authorization_code: { state: 'revoked' }, passthru_user: 'leaver' })
    await house.app.context.db.sql.updateTable('client_activity').set({ code_expires_at: 1 }).execute()
    expect((await seen(app)).authorization_code.state).toBe('expired')
  })

  test('what somebody else redeemed is not the last code', async () => {
    const app = await add(people)
    const first = await authorize(house, { client: app, username: 'ada' })
    const second = await authorize(house, { client: app, username: 'bob' })
    expect((await redeem(house, app, first)).status).toBe(200)
    expect(await seen(app)).toMatchObject({
      authorization_code: { fingerprint: printOf(second.code), state: 'issued' },
      passthru_user: 'bob',
    })
    expect((await redeem(house, app, second)).status).toBe(200)
    expect((await seen(app)).authorization_code.state).toBe('redeemed')
  })

  test('a node that writes late does not take back what another node did with the code', async () => {
    const app = await add(people)
    const authorized = await authorize(house, { client: app, username: 'ada' })
    expect((await redeem(house, app, authorized)).status).toBe(200)
    const { db } = house.app.context
    const client = await findClient(db, (await realmOf(house, 'default')).id, app.client_id)
    const late = await seen(app)
    const grant = await db.sql
      .selectFrom('client_activity')
      .selectAll()
      .where('client_id', '=', client?.id ?? '')
      .execute()
    const other = new ClientActivity(db, createLog('silent'))
    if (!client) throw new Error('no client')
    other.codeGiven(client, {
      code: authorized.code,
      redirectUri: REDIRECT_URI,
      grantId: grant[0]?.code_grant_id ?? '',
      userId: grant[0]?.passthru_user_id ?? '',
      createdAt: late.code_created_at,
      expiresAt: late.code_created_at + 60,
    })
    await other.close()
    expect(await seen(app)).toEqual(late)
    const older = new ClientActivity(db, createLog('silent'))
    const old = { jti: 'old', grantId: undefined, userId: undefined, isForCode: false, createdAt: 1, expiresAt: 2 }
    older.tokenGiven(client, { accessToken: 'an old one', ...old })
    await older.close()
    expect((await seen(app)).access_token).toEqual(late.access_token)
  })

  test.each(['jwt', 'opaque'] as const)(
    'a token of the client itself, %s: issued, revoked, expired',
    async (format) => {
      const job = await add({ ...machine, access_token_format: format })
      const token = await ownToken(job)
      const issued = { fingerprint: printOf(token), state: 'issued' }
      const shown = { access_token: issued, token_created_at: recent(), last_used_at: recent() }
      expect(await seen(job)).toMatchObject({ ...nothingYet, ...shown })
      await revoke(job, token)
      expect((await seen(job)).access_token).toEqual({ ...issued, state: 'revoked' })
      const second = await ownToken(job)
      expect((await seen(job)).access_token).toEqual({ fingerprint: printOf(second), state: 'issued' })
      await admin.delete(`${clients}/${job.client_id}/tokens`)
      expect((await seen(job)).access_token.state).toBe('revoked')
      await ownToken(job)
      await admin.patch(`${clients}/${job.client_id}`, { enabled: false })
      expect((await seen(job)).access_token.state).toBe('revoked')
      await house.app.context.db.sql.updateTable('client_activity').set({ token_expires_at: 1 }).execute()
      expect((await seen(job)).access_token.state).toBe('expired')
    },
  )

  test('a list is filtered and sorted by what clients did, that of this moment included', async () => {
    const [one, two, never] = [await add(people), await add(people), await add(people)]
    await tokensOf(house, { client: one, username: 'ada' })
    const { code } = await authorize(house, { client: two, username: 'bob' })
    const { db } = house.app.context
    await house.app.context.activity.flush()
    const client = await findClient(db, (await realmOf(house, 'default')).id, one.client_id)
    const past = { code_created_at: 1_600_000_000, token_created_at: 1_600_000_001, last_used_at: 1_600_000_002 }
    await db.sql
      .updateTable('client_activity')
      .set(past)
      .where('client_id', '=', client?.id ?? '')
      .execute()
    const mine = new Set([one, two, never].map(({ client_id }) => client_id))
    const ids = async (query: string) => {
      const told = await admin.get(`${clients}?${query}&page_size=1000`)
      expect(told.status, query).toBe(200)
      return told.body.items.map((item: { client_id: string }) => item.client_id).filter((id: string) => mine.has(id))
    }
    expect(await ids('passthru_user=AD')).toEqual([one.client_id])
    expect(await ids('redirect_uri=APP.example')).toEqual([one.client_id, two.client_id])
    expect(await ids('code_created_at=..1700000000')).toEqual([one.client_id])
    expect(await ids('code_created_at=%3E1700000000')).toEqual([two.client_id])
    expect(await ids('token_created_at=1600000001')).toEqual([one.client_id])
    expect(await ids('last_used_at=1700000000..')).toEqual([two.client_id])
    expect(await ids(`authorization_code=${printOf(code).slice(1, 7)}`)).toEqual([two.client_id])
    expect(await ids('sort=code_created_at')).toEqual([one.client_id, two.client_id, never.client_id])
    expect(await ids('sort=-last_used_at')).toEqual([two.client_id, one.client_id, never.client_id])
    expect(await ids('sort=-passthru_user')).toEqual([two.client_id, one.client_id, never.client_id])
    expect((await ids('sort=-token_created_at'))[0]).toBe(one.client_id)
  })

  test('the fields of the flow are read-only', async () => {
    const app = await add(people)
    for (const [field, before] of Object.entries(nothingYet)) {
      const told = await admin.patch(`${clients}/${app.client_id}`, { [field]: before })
      expect(told).toMatchObject({ status: 400, body: { field } })
    }
  })

  test('a token request makes no statement of its own, and one write stands for many', async () => {
    const job = await add(machine)
    await ownToken(job)
    const before = await databaseWork()
    for (let round = 0; round < 30; round++) {
      await Promise.all(Array.from({ length: 10 }, () => ownToken(job)))
    }
    expect(before).toBeGreaterThan(0)
    expect((await databaseWork()) - before).toBeLessThan(150)
  })

  /** Statements (PostgreSQL) or syncs (SQLite) until now, those of the house's own rounds included. */
  async function databaseWork(): Promise<number> {
    const text = await (await fetch(`${house.operationsUrl}/metrics`)).text()
    const counted = /^sallyport_database_duration_seconds_count\{kind="(?:statement|sync)"\} (\d+)$/gm
    return [...text.matchAll(counted)].reduce((sum, [, each]) => sum + Number(each), 0)
  }

  test('what cannot be written hurts no request, is told once, and is written later', async () => {
    const [job, app] = [await add(machine), await add(people)]
    const { sql } = house.app.context.db
    await sql.schema.alterTable('client_activity').renameTo('client_activity_away').execute()
    const authorized = await authorize(house, { client: app, username: 'ada' })
    let token = ''
    for (let round = 0; round < 3; round++) {
      token = await ownToken(job)
      await house.app.context.activity.flush()
    }
    expect((await redeem(house, app, authorized)).status).toBe(200)
    await sql.schema.alterTable('client_activity_away').renameTo('client_activity').execute()
    expect(house.logged.filter((line) => line.includes('could not be written'))).toHaveLength(1)
    expect((await seen(job)).access_token).toEqual({ fingerprint: printOf(token), state: 'issued' })
    expect(await seen(app)).toMatchObject({
      authorization_code: { fingerprint: printOf(authorized.code), state: 'redeemed' },
      passthru_user: 'Ada',
    })
  })

  test('what waits is written when the house closes', async () => {
    const job = await add(machine)
    const token = await ownToken(job)
    await house.restart()
    admin = await adminOffice(house)
    const rows = await house.app.context.db.sql
      .selectFrom('client_activity')
      .innerJoin('clients', 'clients.id', 'client_activity.client_id')
      .select('client_activity.token_fingerprint')
      .where('clients.client_id', '=', job.client_id)
      .execute()
    expect(rows).toEqual([{ token_fingerprint: printOf(token) }])
  })
})
