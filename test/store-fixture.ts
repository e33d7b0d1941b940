/** Records for tests of the store below the front door. */
import { expect } from 'vitest'
import type { Actor } from '#store/audit.ts'
import { createClient, type NewClient } from '#store/client-changes.ts'
import type { Client } from '#store/clients.ts'
import { type Database, transaction } from '#store/database.ts'
import { createGrant, findLiveGrant } from '#store/grants.ts'
import type { ListQuery } from '#store/listing.ts'
import { createUser, type NewUser } from '#store/user-changes.ts'
import type { User } from '#store/users.ts'

export const actor: Actor = {
  kind: 'user',
  id: 'u1',
  name: 'root\r\nforged',
  address: '192.0.2.1',
  request_id: 'r1',
}

export const publicUrl = 'https://id.example'

export function query(part: Partial<ListQuery> = {}): ListQuery {
  return { filters: {}, page: 1, page_size: 25, ...part }
}

/** The record; a name that is taken would be a mistake of the test. */
export async function made<T>(record: Promise<T | 'taken'>): Promise<T> {
  const result = await record
  if (result === 'taken') throw new Error('the name is taken')
  return result
}

let names = 0

export function addClient(db: Database, realmId: string, fields: Partial<NewClient> = {}): Promise<Client> {
  names += 1
  return made(createClient(db, actor, realmId, { client_id: `client-${names}`, ...fields }))
}

export function addUser(db: Database, realmId: string, fields: Partial<NewUser> = {}): Promise<User> {
  names += 1
  return made(createUser(db, actor, realmId, { username: `user-${names}`, password_hash: 'first', ...fields }))
}

/** A session of the user, and a grant that would outlive it; answers the grant's id. */
export async function addGrant(db: Database, owner: Client, person: User): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const realm_id = person.realm_id
  const session = { id: `session-of-${person.id}`, token_hash: `hash-of-${person.id}`, realm_id, user_id: person.id }
  const times = { auth_time: now, created_at: now, last_seen_at: now, idle_expires_at: now + 60, expires_at: now + 60 }
  await db.sql
    .insertInto('sessions')
    .values({ ...session, ...times, amr: '[]', address: '', user_agent: '', ended_at: null })
    .execute()
  const grant = await transaction(db, (sql) =>
    createGrant(sql, {
      realm_id,
      client_id: owner.id,
      user_id: person.id,
      session_id: session.id,
      kind: 'authorization_code',
      scope: 'openid',
      offline: true,
      auth_time: now,
      amr: ['pwd'],
      created_at: now,
      expires_at: now + 60,
    }),
  )
  expect(await findLiveGrant(db, grant.id)).toBeDefined()
  return grant.id
}

export async function sessionIsLive(db: Database, person: User): Promise<boolean> {
  const rows = await db.sql.selectFrom('sessions').select('ended_at').where('user_id', '=', person.id).execute()
  return rows.some((row) => row.ended_at === null)
}
