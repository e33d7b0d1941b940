/** A house whose door out leads to a scripted server: servers, clients that may use them, and people's connections. */
import { sql as raw } from 'kysely'
import { randomId } from '#crypto/random.ts'
import { effectiveServer } from '#outbound/effective-server.ts'
import { exchange } from '#outbound/exchange.ts'
import { baseOnly } from '#outbound/layers.ts'
import { createOAuthServer, type NewServer } from '#store/oauth-server-changes.ts'
import { serverSecretPlace } from '#store/oauth-server-settings.ts'
import { findOAuthServer, type OAuthServer } from '#store/oauth-servers.ts'
import { addClient, type Credentials, realmOf, TEST_ACTOR } from './clients.ts'
import type { House } from './house.ts'
import { jsonOf, type Told } from './office.ts'
import { basic, form } from './requests.ts'

/** What an operator sets to let requests of ours reach the scripted server. */
export const OPEN_HERE = { SALLYPORT_EGRESS_ALLOW: '127.0.0.0/8' } as const

type ServerInput = Partial<NewServer> & Pick<NewServer, 'name'>

const defaults: Omit<NewServer, 'id' | 'name' | 'token_endpoint' | 'secrets'> = {
  slug: undefined,
  description: '',
  category_id: null,
  profile: 'generic_oauth2',
  grant_type: 'client_credentials',
  allowed_clients: ['*'],
  secret_expires_at: null,
  overrides: [],
  client_id: 'our-id',
  authentication_method: 'client_secret_post',
  basic_encoding: 'strict',
  assertion_alg: 'RS256',
  assertion_key_id: null,
  assertion_audience: 'token_endpoint',
  assertion_lifetime_seconds: 60,
  assertion_claims: {},
  owner_username: null,
  issuer: null,
  authorization_endpoint: null,
  refresh_endpoint: null,
  revocation_endpoint: null,
  introspection_endpoint: null,
  userinfo_endpoint: null,
  iss_in_callback: false,
  base_url: null,
  scope: 'read write',
  include_scope: true,
  query_parameters: [],
  post_parameters: [],
  request_refresh_token: true,
  prompt: null,
  pkce: true,
  max_retry_attempts: 3,
  max_wait_seconds: 10,
  refresh_margin_seconds: null,
  on_failure: 'retry',
  probe: null,
  probe_url: null,
  probe_every_seconds: 300,
}

/** Registered by the store as an administrator's request would, and not tried. `tokenUrl`: any path of the scripted server. */
export async function addServer(house: House, tokenUrl: string, input: ServerInput): Promise<OAuthServer> {
  const { db, seal } = house.app.context
  const realm = await realmOf(house, 'default')
  const id = randomId()
  const client_secret = {
    field: 'client_secret',
    value_sealed: seal.seal('our-secret', serverSecretPlace(realm.id, id, 'client_secret')),
    reference: null,
    origins: [new URL(tokenUrl).origin],
    created_at: 0,
  }
  const server = await createOAuthServer(db, TEST_ACTOR, realm.id, {
    ...defaults,
    id,
    token_endpoint: tokenUrl,
    secrets: [client_secret],
    ...input,
  })
  if (typeof server === 'string') throw new Error(`the name of the server is taken: ${server}`)
  return server
}

export async function serverNamed(house: House, slug: string): Promise<OAuthServer> {
  const server = await findOAuthServer(house.app.context.db, (await realmOf(house, 'default')).id, slug)
  if (server === undefined) throw new Error(`no server ${slug}`)
  return server
}

/** A machine client with the scopes of the door out, and its token. */
export async function addCaller(house: House, client_id: string, fields: object = {}): Promise<Credentials> {
  const scope = 'outbound:token outbound:call'
  return await addClient(house, { client_id, grant_types: ['client_credentials'], scope, ...fields })
}

export async function outboundBearer(
  house: Pick<House, 'issuer'>,
  caller: Credentials,
  scope = 'outbound:token',
): Promise<string> {
  const body = form({ grant_type: 'client_credentials', scope })
  const response = await fetch(`${house.issuer()}/token`, { method: 'POST', headers: basic(caller), body })
  if (response.status !== 200) throw new Error(`no token: ${await response.text()}`)
  return String((await jsonOf(response)).access_token)
}

/** The token door, as an application knocks. */
export async function askToken(
  house: Pick<House, 'issuer'>,
  slug: string,
  bearer: string | undefined,
  fields: Record<string, string> = {},
): Promise<Told> {
  const response = await fetch(`${house.issuer()}/outbound/${slug}/token`, {
    method: 'POST',
    headers: bearer === undefined ? {} : { authorization: `Bearer ${bearer}` },
    body: form(fields),
  })
  return { status: response.status, headers: response.headers, body: await jsonOf(response) }
}

/** A connection by a code, as if its person (or, for the application's own, an administrator) had just come back. */
export async function connect(house: House, slug: string, userId?: string): Promise<string> {
  const { context } = house.app
  const realm = await realmOf(house, 'default')
  const server = await serverNamed(house, slug)
  const effective = await effectiveServer(context, realm.name, server, baseOnly)
  if (effective.kind === 'refused') throw new Error(effective.description)
  const subject =
    userId === undefined ? ({ kind: 'application' } as const) : ({ kind: 'user', user_id: userId } as const)
  const wanted = { realm, server, subject }
  const grant = { type: 'authorization_code', code: randomId(), redirect_uri: 'https://here.example/cb' } as const
  const done = await exchange(context, wanted, effective.settings, grant)
  if (done.kind === 'refused') throw new Error(`not connected: ${done.problem.code}`)
  return done.row.id
}

export function connectApplication(house: House, slug: string): Promise<string> {
  return connect(house, slug)
}

/** Meanwhile the database takes everything but new tokens: what a crash between journal and save leaves is left. */
export async function whileNothingIsSaved(house: House, work: () => Promise<unknown>): Promise<void> {
  const { engine, sql } = house.app.context.db
  const run = async (text: string): Promise<void> => void (await raw.raw(text).execute(sql))
  const event = 'create trigger closed before update of access_sealed on connections'
  if (engine === 'postgres') {
    const body = `begin raise exception 'closed'; end`
    await run(`create or replace function closed() returns trigger language plpgsql as $$ ${body} $$`)
    await run(`${event} for each row execute function closed()`)
  } else {
    await run(`${event} begin select raise(abort, 'closed'); end`)
  }
  try {
    await work()
  } finally {
    await run(engine === 'postgres' ? 'drop trigger closed on connections' : 'drop trigger closed')
  }
}
