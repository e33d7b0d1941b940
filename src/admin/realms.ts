/** Realms: what may be set of them, and which of them stay. */
import * as contract from '#contract/realm.ts'
import { ensureSigningKeys } from '#issuer/signing-keys.ts'
import {
  createRealm,
  defaultRealmSettings,
  deleteRealm,
  findRealm,
  listRealmPage,
  type Realm,
  type RealmChanges,
  updateRealm,
} from '#store/realms.ts'
import { type Call, type Handled, handle, listQueryOf } from './call.ts'
import { etagOf, requireMatch } from './etag.ts'
import { systemRealm, visibleRealms } from './gate.ts'
import { builtIn, invalidField, notFound, readOnlyHere, taken } from './problem.ts'
import { prepareKey } from './secrets.ts'

type Writable = Omit<contract.Realm, 'name' | 'built_in' | 'created_at' | 'updated_at'>
type Given = { readonly [K in keyof Writable]?: Writable[K] | null | undefined }

/** Tokens of `system` live at most this long. */
export const systemTokenSeconds = 900
const builtInRealms: ReadonlySet<string> = new Set([systemRealm, 'default'])

/** What a realm of that name is where nobody says otherwise. */
export function defaults(name: string): Writable {
  const { colour, logo_uri, refresh_idle_seconds, refresh_absolute_seconds, refresh_replay_seconds } =
    defaultRealmSettings
  const { session_idle_seconds, session_absolute_seconds, id_token_seconds } = defaultRealmSettings
  const { allow_password_grant, facades, strict_reauthorization } = defaultRealmSettings
  return {
    display_name: name,
    enabled: true,
    token_validity: name === systemRealm ? systemTokenSeconds : 43_200,
    colour,
    logo_uri,
    refresh_idle_seconds,
    refresh_absolute_seconds,
    refresh_replay_seconds,
    session_idle_seconds,
    session_absolute_seconds,
    id_token_seconds,
    allow_password_grant,
    facades: [...facades] as Writable['facades'],
    strict_reauthorization,
  }
}

export function writableOf(realm: Realm): Writable {
  const { settings } = realm
  return {
    display_name: realm.display_name,
    enabled: realm.enabled,
    token_validity: realm.token_validity,
    colour: settings.colour,
    logo_uri: settings.logo_uri,
    refresh_idle_seconds: settings.refresh_idle_seconds,
    refresh_absolute_seconds: settings.refresh_absolute_seconds,
    refresh_replay_seconds: settings.refresh_replay_seconds,
    session_idle_seconds: settings.session_idle_seconds,
    session_absolute_seconds: settings.session_absolute_seconds,
    id_token_seconds: settings.id_token_seconds,
    allow_password_grant: settings.allow_password_grant,
    facades: [...settings.facades] as Writable['facades'],
    strict_reauthorization: settings.strict_reauthorization,
  }
}

function shown(realm: Realm): contract.Realm {
  const { name, created_at, updated_at } = realm
  return { name, ...writableOf(realm), built_in: builtInRealms.has(name), created_at, updated_at }
}

/** `given` over `current`: left out keeps, null goes back to the default. */
function changed(name: string, current: Writable, given: Given): Required<Omit<RealmChanges, 'key'>> {
  const next: Record<string, unknown> = { ...current }
  const fallback: Record<string, unknown> = { ...defaults(name) }
  for (const [field, value] of Object.entries(given)) if (value !== undefined) next[field] = value ?? fallback[field]
  const { display_name, enabled, token_validity, ...settings } = next as Writable
  judge(name, { display_name, enabled, token_validity, ...settings })
  return { display_name, enabled, token_validity, settings }
}

function judge(name: string, realm: Writable): void {
  if (name === systemRealm && !realm.enabled) throw readOnlyHere('enabled')
  if (name === systemRealm && realm.allow_password_grant) throw readOnlyHere('allow_password_grant')
  if (name === systemRealm && realm.facades.length > 0) throw readOnlyHere('facades')
  if (name === systemRealm && realm.token_validity > systemTokenSeconds) {
    throw invalidField('token_validity', `must be at most ${systemTokenSeconds} in realm system`)
  }
  if (realm.refresh_idle_seconds > realm.refresh_absolute_seconds) {
    throw invalidField('refresh_idle_seconds', 'must not be longer than refresh_absolute_seconds')
  }
  if (realm.session_idle_seconds > realm.session_absolute_seconds) {
    throw invalidField('session_idle_seconds', 'must not be longer than session_absolute_seconds')
  }
}

export const realmHandlers: readonly Handled[] = [
  handle(contract.listRealms, async ({ context, administrator, query }) => {
    const visible = visibleRealms(administrator)
    const { page, page_size } = query
    if (visible?.length === 0) return { value: { items: [], total: 0, page, page_size } }
    const found = await listRealmPage(context.db, listQueryOf(query), visible)
    return { value: { items: found.items.map(shown), total: found.total, page, page_size } }
  }),

  handle(contract.createRealm, async ({ context, actor, body }) => {
    const { name, key: typed, ...given } = body
    const fields = changed(name, defaults(name), given)
    const key = await prepareKey(context, typed ?? null)
    const realm = await createRealm(context.db, actor, { name, ...fields, key: key.stored })
    if (realm === 'taken') throw taken('name', 'the name is taken; names of realms stay so for ever')
    await ensureSigningKeys(context, realm)
    const value = { ...shown(realm), key: key.shown }
    return { value, etag: etagOf(writableOf(realm)), location: `/realms/${name}` }
  }),

  handle(contract.readRealm, async ({ realm }) => ({ value: shown(realm), etag: etagOf(writableOf(realm)) })),

  handle(contract.updateRealm, (call) => changeRealm(call)),

  handle(contract.deleteRealm, removeRealm),
]

/** `revertedTo`: the version of its history that it goes back to. */
export async function changeRealm(call: Call<typeof contract.updateRealm>, revertedTo?: string) {
  const { context, actor, request, params, body } = call
  const { key: typed, ...given } = body
  if (typed !== undefined && params.realm === systemRealm) throw readOnlyHere('key')
  const key = typed === undefined ? undefined : await prepareKey(context, typed)
  const judged = (current: Realm) => {
    requireMatch(request, writableOf(current))
    return { ...changed(params.realm, writableOf(current), given), ...(key && { key: key.stored }) }
  }
  const realm = await updateRealm(context.db, actor, params.realm, judged, revertedTo)
  if (!realm) throw notFound('realm')
  return { value: { ...shown(realm), ...(key && { key: key.shown }) }, etag: etagOf(writableOf(realm)) }
}

export async function removeRealm({ context, actor, request, params }: Call<typeof contract.deleteRealm>) {
  const realm = await findRealm(context.db, params.realm)
  if (!realm) throw notFound('realm')
  if (builtInRealms.has(realm.name)) throw builtIn('realm')
  requireMatch(request, writableOf(realm))
  if (!(await deleteRealm(context.db, actor, realm.name))) throw notFound('realm')
  return { value: undefined }
}
