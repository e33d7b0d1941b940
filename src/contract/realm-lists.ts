/** Who is logged in and what people have allowed, for a whole realm; the lists of one user or client stand with these. */
import { z } from 'zod'
import { id, realmName } from './field.ts'
import { grant } from './grant.ts'
import { noQuery, nothing, operation } from './operation.ts'
import { containing, flag, listQuery, page, range } from './page.ts'
import { session } from './session.ts'

const who = { user_id: id, username: z.string() }
const clientName = z.string().min(1).max(255)

export const realmSession = session.extend(who).meta({ id: 'RealmSession' })
export const realmGrant = grant.extend({ client_id: z.string(), client_name: z.string() }).meta({ id: 'RealmGrant' })

const realmParams = z.strictObject({ realm: realmName })
const read = { reach: 'realm', method: 'GET', right: 'read', body: nothing, status: 200, refusals: [400, 404] } as const
const end = {
  reach: 'realm',
  method: 'DELETE',
  right: 'write',
  query: noQuery,
  body: nothing,
  answer: nothing,
  status: 204,
  refusals: [400, 404],
} as const

const sessionFilters = {
  username: containing,
  address: containing,
  user_agent: containing,
  created_at: range,
  last_seen_at: range,
  auth_time: range,
}

export const listRealmSessions = operation({
  ...read,
  id: 'realm-sessions.list',
  noun: 'session',
  path: '/realms/{realm}/sessions',
  summary: 'Who is logged in',
  params: realmParams,
  query: listQuery(sessionFilters, ['username', 'address', 'created_at', 'last_seen_at', 'auth_time']),
  answer: page(realmSession),
})

export const endRealmSession = operation({
  ...end,
  id: 'realm-sessions.end',
  noun: 'session',
  path: '/realms/{realm}/sessions/{session_id}',
  summary: 'End a session; what does not outlive it ends with it',
  params: realmParams.extend({ session_id: id }),
})

const grantFilters = {
  client_id: containing,
  client_name: containing,
  username: containing,
  kind: containing,
  scope: containing,
  offline: flag,
  created_at: range,
  expires_at: range,
}

export const listRealmGrants = operation({
  ...read,
  id: 'realm-grants.list',
  noun: 'grant',
  path: '/realms/{realm}/grants',
  summary: 'What users have allowed clients and still holds: each is a family of tokens',
  params: realmParams,
  query: listQuery(grantFilters, ['client_id', 'username', 'kind', 'created_at', 'expires_at']),
  answer: page(realmGrant),
})

export const revokeRealmGrant = operation({
  ...end,
  id: 'realm-grants.revoke',
  noun: 'grant',
  path: '/realms/{realm}/grants/{grant_id}',
  summary: 'Revoke a grant with every token that descends from it',
  params: realmParams.extend({ grant_id: id }),
})

export const revokeGrant = operation({
  ...end,
  id: 'grants.revoke',
  noun: 'grant',
  path: '/realms/{realm}/clients/{client_id}/tokens/{grant_id}',
  summary: 'Revoke one grant of a client with every token that descends from it',
  params: realmParams.extend({ client_id: clientName, grant_id: id }),
})

export const realmListOperations = [listRealmSessions, endRealmSession, listRealmGrants, revokeRealmGrant, revokeGrant]
