/**
 * OAuth servers, with the layers over them. A secret that an external store has stands in the document as the reference
 * to it, like any other field; one that we keep is a reference to where the document is applied, or stays as it is.
 */
import {
  createOAuthServer,
  deleteOAuthServer,
  oauthServerBody,
  oauthServerPatch,
  type OAuthServer as Shown,
  updateOAuthServer,
} from '#contract/oauth-server.ts'
import { slug, secretReference as storeReference } from '#contract/oauth-server-fields.ts'
import { secretFields } from '#outbound/layers.ts'
import { tryServer } from '#outbound/try-server.ts'
import { serverSecretPlace } from '#store/oauth-server-settings.ts'
import { findOAuthServer, type OAuthServer } from '#store/oauth-servers.ts'
import { realmServers } from '#store/realm-contents.ts'
import { draftServer } from '../oauth-server-draft.ts'
import { showOverrides, showServers } from '../oauth-server-shown.ts'
import { oauthServerHandlers, profilesOf } from '../oauth-servers.ts'
import { byCodeUnit } from './order.ts'
import { type Entry, perform, type Scene, type Section, type Values } from './section.ts'
import { deeper, references, slotsOf, withSecrets } from './server-secrets.ts'

const required = ['name', 'profile', 'grant_type', 'client_id', 'token_endpoint']
const isSecret: ReadonlySet<string> = new Set(secretFields)
const last = ['overrides']
const names = [
  ...required,
  ...Object.keys(oauthServerPatch.shape).filter(
    (name) => ![...required, ...last, 'slug'].includes(name) && !isSecret.has(name),
  ),
  ...secretFields,
  ...last,
]

const schema = oauthServerBody.extend({ ...references, ...deeper, slug })
const noNames = { environments: new Map(), applications: new Map(), category_id: undefined, allowed_clients: undefined }

interface Parameter {
  readonly name: string
  readonly value?: string | null | undefined
  readonly leg?: string | null | undefined
  readonly secret?: boolean | undefined
}

export const oauthServerSection: Section = {
  name: 'oauth_servers',
  kind: 'oauth-server',
  key: 'slug',
  required,
  schema,
  secrets: secretFields.map((field) => ({ field, schema: oauthServerPatch.shape[field] })),
  deeper: {
    slots: slotsOf,
    without: (entry) =>
      withSecrets(entry, ({ value }) => (storeReference.safeParse(value).success ? value : undefined)),
  },
  references: [],
  async open({ context, realm }) {
    const servers = await realmServers(context.db.sql, realm.id)
    const shown = await showServers(context, realm, servers)
    const profileOf = await profilesOf(context.db, realm)
    return {
      entries: new Map(shown.map((server) => [server.slug, entryOf(server)])),
      builtIn: new Set(),
      complete(given: Entry) {
        const { category = null, allowed_clients = [], overrides = [], slug: key } = given
        const { query_parameters = [], post_parameters = [], ...said } = withoutNames(given)
        const profile = profileOf(typeof said['profile'] === 'string' ? said['profile'] : null)
        const draft: Entry = { ...draftServer(said, undefined, profile, noNames) }
        const whole: Entry = {
          ...draft,
          ...Object.fromEntries(secretFields.map((field) => [field, said[field] ?? null])),
          category,
          allowed_clients,
          query_parameters: parameters(query_parameters),
          post_parameters: parameters(post_parameters),
          overrides: sorted(overrides as readonly Entry[]),
        }
        return Object.fromEntries([['slug', key], ...names.map((name) => [name, whole[name] ?? null])])
      },
    }
  },
  async holds({ context, realm }, key, field, value) {
    const server = await findOAuthServer(context.db, realm.id, key)
    if (!server) return 'absent'
    const found = await secretCalled({ context, realm }, server, field)
    if (typeof found?.secret?.value_sealed !== 'string') return 'other'
    const place = serverSecretPlace(realm.id, found.ownerId, found.secret.field)
    return context.seal.open(found.secret.value_sealed, place).toString('utf8') === value ? 'same' : 'other'
  },
  async create(scene, entry, secrets) {
    const params = { realm: scene.realm.name }
    const body = oauthServerBody.parse({ ...filled(entry, secrets), ...shallow(secrets) })
    await perform(scene, oauthServerHandlers, createOAuthServer, { params, query: {}, body })
    return undefined
  },
  async update(scene, key, patch, { known }) {
    const params = { realm: scene.realm.name, slug: key }
    const current = (await oauthServerSection.open(scene)).entries.get(key) ?? {}
    // All that are known, not only those that changed: a new address needs its secrets again.
    const deep = Object.keys(known).some((field) => !isSecret.has(field))
    const lists = deep ? Object.fromEntries(deepLists.map((list) => [list, patch[list] ?? current[list]])) : {}
    const whole = { ...patch, ...lists }
    const body = oauthServerPatch.parse({ ...filled(taking(whole, current), known), ...shallow(known) })
    await perform(scene, oauthServerHandlers, updateOAuthServer, { params, query: {}, body })
    return undefined
  },
  async delete(scene, key) {
    const params = { realm: scene.realm.name, slug: key }
    await perform(scene, oauthServerHandlers, deleteOAuthServer, { params, query: {}, body: undefined })
  },
  async afterwards({ context, realm }, key) {
    const server = await findOAuthServer(context.db, realm.id, key)
    if (server?.grant_type === 'client_credentials' && server.disabled_at === null) {
      await tryServer(context, realm, server)
    }
  },
}

const deepLists = ['query_parameters', 'post_parameters', 'overrides'] as const

function shallow(secrets: Values): Values {
  return Object.fromEntries(Object.entries(secrets).filter(([field]) => isSecret.has(field)))
}

function filled(entry: Entry, secrets: Values): Entry {
  return withSecrets(entry, ({ field, value }) => (Object.hasOwn(secrets, field) ? secrets[field] : value))
}

/** Where a store had the secret of a layer and the document names none, there is none any more. */
function taking(patch: Entry, current: Entry): Entry {
  const before = new Map(slotsOf(current).map(({ field, value }) => [field, value]))
  return withSecrets(patch, ({ field, value }) => value ?? (before.get(field) ? null : undefined))
}

/** The secret that a document calls that, and what it is sealed to. */
async function secretCalled({ context, realm }: Pick<Scene, 'context' | 'realm'>, server: OAuthServer, field: string) {
  const overrides = await showOverrides(context, realm, server)
  const shown = { ...server, overrides } as unknown as Entry
  const slot = isSecret.has(field)
    ? { layer: undefined, stored: field }
    : slotsOf(shown).find((each) => each.field === field)
  if (!slot) return undefined
  const owner = slot.layer === undefined ? server : server.overrides[slot.layer]
  return owner && { ownerId: owner.id, secret: owner.secrets.find((each) => each.field === slot.stored) }
}

function withoutNames(given: Entry): Entry {
  const { category: _category, allowed_clients: _allowed, overrides: _overrides, slug: _slug, ...rest } = given
  return rest
}

function entryOf(server: Shown): Entry {
  const external = externalOf(server, { environment: null, application: null })
  const fields: Entry = { ...server }
  const value = (name: string) => {
    if (isSecret.has(name)) return external[name] ?? null
    if (name === 'overrides')
      return sorted(server.overrides.map((layer) => ({ ...layer, ...externalOf(server, layer) })))
    if (name === 'query_parameters' || name === 'post_parameters') return parameters(fields[name])
    return fields[name] ?? null
  }
  return Object.fromEntries([['slug', server.slug], ...names.map((name) => [name, value(name)])])
}

/** What a store has of that layer's secrets. */
function externalOf(server: Shown, of: Pick<Shown['overrides'][number], 'environment' | 'application'>): Entry {
  const own = server.secrets.filter(
    ({ environment, application, reference }) =>
      reference !== null && environment === of.environment && application === of.application,
  )
  return Object.fromEntries(own.map(({ field, reference }) => [field, reference]))
}

function parameters(rows: unknown): readonly Parameter[] {
  return (rows as readonly Parameter[]).map(({ name, value = null, leg = null, secret = false }) => ({
    name,
    value: secret ? null : value,
    leg,
    secret,
  }))
}

/** By what they are for; their fields by name. */
function sorted(overrides: readonly Entry[]): readonly Entry[] {
  const placed = overrides.map(({ environment = null, application = null, ...rest }) => {
    const fields = Object.entries(rest).filter(
      ([name, value]) => value !== undefined && !(isSecret.has(name) && value === null),
    )
    const shown = fields.map(
      ([name, value]) => [name, name.endsWith('_parameters') ? parameters(value) : value] as const,
    )
    return { environment, application, ...Object.fromEntries(shown.toSorted(([a], [b]) => byCodeUnit(a, b))) }
  })
  const placeOf = ({ environment, application }: Entry) => JSON.stringify([environment, application])
  return placed.toSorted((a, b) => byCodeUnit(placeOf(a), placeOf(b)))
}
