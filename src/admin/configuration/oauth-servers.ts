/**
 * OAuth servers, with the layers over them. A secret that an external store has stands in the document as the reference
 * to it, like any other field; one that we keep is a reference to where the document is applied. The secrets of overrides
 * and of secret parameters are not in documents: they stay as they are.
 */
import { z } from 'zod'
import { secretReference } from '#contract/configuration.ts'
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
import { findOAuthServer } from '#store/oauth-servers.ts'
import { realmServers } from '#store/realm-contents.ts'
import { draftServer } from '../oauth-server-draft.ts'
import { showServers } from '../oauth-server-shown.ts'
import { oauthServerHandlers, profilesOf } from '../oauth-servers.ts'
import { byCodeUnit } from './order.ts'
import { type Entry, perform, type Section } from './section.ts'

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

const reference = z.union([secretReference, storeReference], {
  error: 'must be {env: NAME}, {file: PATH} or where a secret store has it: a secret itself does not belong in a file',
})
const references = Object.fromEntries(secretFields.map((field) => [field, reference.optional()]))
const schema = oauthServerBody.extend({ ...references, slug })
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
    const sealed = server.secrets.find((secret) => secret.field === field)?.value_sealed
    if (typeof sealed !== 'string') return 'other'
    return context.seal.open(sealed, serverSecretPlace(realm.id, server.id, field)).toString('utf8') === value
      ? 'same'
      : 'other'
  },
  async create(scene, entry, secrets) {
    const params = { realm: scene.realm.name }
    const body = oauthServerBody.parse({ ...entry, ...secrets })
    await perform(scene, oauthServerHandlers, createOAuthServer, { params, query: {}, body })
    return undefined
  },
  async update(scene, key, patch, { known }) {
    const params = { realm: scene.realm.name, slug: key }
    // All that are known, not only those that changed: a new address needs its secrets again.
    const body = oauthServerPatch.parse({ ...patch, ...known })
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

function withoutNames(given: Entry): Entry {
  const { category: _category, allowed_clients: _allowed, overrides: _overrides, slug: _slug, ...rest } = given
  return rest
}

function entryOf(server: Shown): Entry {
  const external = new Map(
    server.secrets
      .filter(({ environment, application }) => environment === null && application === null)
      .map((secret) => [secret.field, secret.reference]),
  )
  const fields: Entry = { ...server }
  const value = (name: string) => {
    if (isSecret.has(name)) return external.get(name) ?? null
    if (name === 'overrides') return sorted(server.overrides)
    if (name === 'query_parameters' || name === 'post_parameters') return parameters(fields[name])
    return fields[name] ?? null
  }
  return Object.fromEntries([['slug', server.slug], ...names.map((name) => [name, value(name)])])
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
    const fields = Object.entries(rest).filter(([name, value]) => !isSecret.has(name) && value !== undefined)
    const shown = fields.map(
      ([name, value]) => [name, name.endsWith('_parameters') ? parameters(value) : value] as const,
    )
    return { environment, application, ...Object.fromEntries(shown.toSorted(([a], [b]) => byCodeUnit(a, b))) }
  })
  const placeOf = ({ environment, application }: Entry) => JSON.stringify([environment, application])
  return placed.toSorted((a, b) => byCodeUnit(placeOf(a), placeOf(b)))
}
