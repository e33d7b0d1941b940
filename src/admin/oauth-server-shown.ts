/** OAuth servers as the API shows them: names in place of internal ids, and of secrets only that they are there. */
import type * as contract from '#contract/oauth-server.ts'
import { realmCategories } from '#store/categories.ts'
import { publicServer } from '#store/oauth-server-rows.ts'
import type { StoredSecret } from '#store/oauth-server-settings.ts'
import { findServerStates, type OAuthServer, type ServerOverride, type ServerState } from '#store/oauth-servers.ts'
import type { Realm } from '#store/realms.ts'
import { realmResources } from '#store/resources.ts'
import { clientIdsOf } from './allowed-clients.ts'
import type { AdminContext } from './context.ts'

const noState: ServerState = { status: 'ok', last_error: null, last_probe: null }

export async function showServers(
  context: AdminContext,
  realm: Realm,
  servers: readonly OAuthServer[],
): Promise<contract.OAuthServer[]> {
  const ids = servers.map((server) => server.id)
  const states = await findServerStates(context.db.sql, ids)
  const names = await namesOf(context, realm)
  return await Promise.all(
    servers.map(async (server) => {
      const allowed = await clientIdsOf(context, server.allowed_clients)
      return shown(context, realm, server, states.get(server.id) ?? noState, names, allowed)
    }),
  )
}

export async function showServer(context: AdminContext, realm: Realm, server: OAuthServer) {
  const [shownServer] = await showServers(context, realm, [server])
  if (!shownServer) throw new Error('a server is shown')
  return shownServer
}

/** The layers over it, by the names of what they are for. */
export async function showOverrides(
  context: AdminContext,
  realm: Realm,
  { overrides }: Pick<OAuthServer, 'overrides'>,
) {
  const names = await namesOf(context, realm)
  return layersOf(overrides, names).map(shownOverride)
}

/** What an entity tag covers: what an administrator writes, secrets by the time they were set. */
export function taggedOf(server: OAuthServer): object {
  const { updated_at: _, ...fields }: Record<string, unknown> = { ...publicServer(server) }
  // A row that was just written and one that was read differ in the order of their members.
  return Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1))
}

/** Where the provider sends people back to. */
export function callbackUrl(context: Pick<AdminContext, 'publicUrl'>, realm: Realm, slug: string): string {
  return `${context.publicUrl}/realms/${realm.name}/outbound/${slug}/callback`
}

interface Names {
  readonly environments: ReadonlyMap<string, string>
  readonly applications: ReadonlyMap<string, string>
  readonly categories: ReadonlyMap<string, string>
}

/** Names by id. */
async function namesOf(context: AdminContext, realm: Realm): Promise<Names> {
  const { environments, applications } = await realmResources(context.db, realm, context.publicUrl)
  const categories = await realmCategories(context.db, realm.id)
  const turned = (ids: ReadonlyMap<string, string>) => new Map([...ids].map(([name, id]) => [id, name]))
  return {
    environments: turned(environments),
    applications: turned(applications),
    categories: new Map([...categories].map(([id, { name }]) => [id, name])),
  }
}

function nameIn(names: ReadonlyMap<string, string>, id: string | null): string | null {
  return id === null ? null : (names.get(id) ?? null)
}

interface Layer {
  readonly environment: string | null
  readonly application: string | null
  readonly override: ServerOverride
}

function layersOf(overrides: readonly ServerOverride[], names: Names): readonly Layer[] {
  return overrides.map((override) => ({
    environment: nameIn(names.environments, override.environment_id),
    application: nameIn(names.applications, override.application_id),
    override,
  }))
}

function shownOverride({ environment, application, override }: Layer) {
  return { environment, application, ...override.settings }
}

function shown(
  context: AdminContext,
  realm: Realm,
  server: OAuthServer,
  state: ServerState,
  names: Names,
  allowed: string[],
): contract.OAuthServer {
  const { id: _id, realm_id: _realm, settings_version: _version, category_id, overrides, secrets, ...fields } = server
  const layers = layersOf(overrides, names)
  const value = {
    ...fields,
    allowed_clients: allowed,
    category: nameIn(names.categories, category_id),
    overrides: layers.map(shownOverride),
    secrets: [
      ...secrets.map((secret) => shownSecret(secret, null, null)),
      ...layers.flatMap(({ environment, application, override }) =>
        override.secrets.map((secret) => shownSecret(secret, environment, application)),
      ),
    ],
    redirect_uri: callbackUrl(context, realm, server.slug),
    ...state,
  }
  // JSON in rows, JSON on the wire: lists that are read-only inside are none for the contract.
  return value as unknown as contract.OAuthServer
}

function shownSecret(secret: StoredSecret, environment: string | null, application: string | null) {
  const { field, reference, origins, created_at } = secret
  const kind = reference === null ? 'local' : 'external'
  return { field, environment, application, kind, reference, origins: [...origins], created_at } as const
}
