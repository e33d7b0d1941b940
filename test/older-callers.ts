/** Scripts that were written for Spring Security OAuth2 and onesait: their URLs, headers, parameters and fields. */
import { createRole } from '#store/roles.ts'
import { addClient, addUser, type Credentials, realmOf, TEST_ACTOR, USER_PASSWORD } from './clients.ts'
import { type Engine, type House, openHouse } from './house.ts'
import { adminOffice, jsonOf, type Office, type Parsed } from './office.ts'
import { basic, form } from './requests.ts'

export const TOKEN = '/oauth-server/oauth/token'
export const CHECK = '/oauth-server/oauth/check_token'
export const OWN_CHECK = '/oauth-server/openplatform-oauth/check_token'
export const REVOKE = '/oauth-server/openplatform-oauth/revoke_token'
export const UNKNOWN = { error: 'invalid_token', error_description: 'Token was not recognised' }

type Fields = Readonly<Record<string, string>>

/** A realm `plant` with a KEY, the user `alice` with two roles, and two machines. */
export interface Plant {
  readonly house: House
  readonly admin: Office
  /** The KEY's client. */
  readonly key: Credentials
  readonly other: Credentials
  /** May introspect everything. */
  readonly reader: Credentials
  readonly post: (path: string, fields: Fields, client?: Credentials) => Promise<Response>
  readonly anonymous: (path: string, fields: Fields) => Promise<Response>
  readonly byPassword: (more?: Fields) => Promise<Response>
  readonly tokens: () => Promise<Parsed>
}

export async function openPlant(engine: Engine): Promise<Plant> {
  const house = await openHouse({ engine })
  const admin = await adminOffice(house)
  const key = { client_id: 'plant', client_secret: 'a key that somebody thought of' }
  await admin.post('/realms', { name: 'plant', key: key.client_secret, allow_password_grant: true })
  const { db } = house.app.context
  const realm = await realmOf(house, 'plant')
  for (const name of ['ROLE_OPERATOR', 'ROLE_DEVELOPER']) {
    await createRole(db, TEST_ACTOR, realm.id, { name, description: '' })
  }
  await addUser(house, { username: 'alice', roles: ['ROLE_OPERATOR', 'ROLE_DEVELOPER'] }, 'plant')
  const machine = { grant_types: ['client_credentials'] }
  const other = await addClient(house, { client_id: 'other', ...machine }, undefined, 'plant')
  const reader = await addClient(house, { client_id: 'reader', ...machine, introspect_all: true }, undefined, 'plant')

  const post: Plant['post'] = (path, fields, client = key) =>
    fetch(`${house.url}${path}`, { method: 'POST', headers: basic(client), body: form(fields) })
  const byPassword: Plant['byPassword'] = (more = {}) =>
    post(TOKEN, {
      grant_type: 'password',
      username: 'alice',
      password: USER_PASSWORD,
      clientId: 'plant',
      scope: 'openid',
      ...more,
    })
  return {
    house,
    admin,
    key,
    other,
    reader,
    post,
    byPassword,
    anonymous: (path, fields) => fetch(`${house.url}${path}`, { method: 'POST', body: form(fields) }),
    tokens: async () => jsonOf(await byPassword()),
  }
}
