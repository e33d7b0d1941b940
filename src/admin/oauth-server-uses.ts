/** What hangs on an OAuth server, what a caller of some layers gets of it, and whether it works. */
import * as contract from '#contract/oauth-server.ts'
import * as trials from '#contract/oauth-server-trial.ts'
import { discover } from '#oauth-client/discover.ts'
import type { WayOut } from '#oauth-client/settings.ts'
import { nowSeconds } from '#observe/clock.ts'
import { type DryRun, dryRun } from '#outbound/dry-run.ts'
import type { FreshToken } from '#outbound/fresh-token.ts'
import { type Layers, mergeLayers } from '#outbound/layers.ts'
import { DEFAULT_PROFILE } from '#outbound/profiles/catalogue.ts'
import { GENERIC_OIDC } from '#outbound/profiles/generic-oidc.ts'
import { lastErrorOf } from '#outbound/states.ts'
import { tryServer } from '#outbound/try-server.ts'
import { findServerUses } from '#store/oauth-server-uses.ts'
import type { OAuthServer } from '#store/oauth-servers.ts'
import type { Realm } from '#store/realms.ts'
import { realmResources } from '#store/resources.ts'
import { type Call, type Handled, handle, wholePage } from './call.ts'
import type { AdminContext } from './context.ts'
import { draftServer } from './oauth-server-draft.ts'
import { judgeServer } from './oauth-server-judge.ts'
import { requireReference, sealDraft } from './oauth-server-secrets.ts'
import { profilesOf, referencesOf, serverOfPath } from './oauth-servers.ts'
import { invalidField } from './problem.ts'

const DISCOVER_MS = 10_000

export const oauthServerUseHandlers: readonly Handled[] = [
  handle(contract.readEffective, async ({ context, realm, params, query }) => {
    const server = await serverOfPath(context, realm, params.slug)
    const { values, secrets, lineage } = mergeLayers(server, await layersOf(context, realm, query))
    // Of a secret the layer alone is told.
    const shown = [...Object.entries(values), ...[...secrets.keys()].map((field) => [field, null] as const)]
    const fields = shown.map(([field, value]) => [field, { value, layer: lineage[field] ?? 'base' }])
    return { value: { fields: Object.fromEntries(fields) } }
  }),

  handle(contract.readUses, async ({ context, realm, params }) => {
    const server = await serverOfPath(context, realm, params.slug)
    return { value: await findServerUses(context.db, realm.id, server) }
  }),

  handle(contract.discoverOAuthServer, async ({ context, realm, body }) => {
    const way: WayOut = (url, request) => context.egress.fetch(url, { ...request, realm: realm.name })
    const found = await discover(body.issuer, way, AbortSignal.timeout(DISCOVER_MS))
    if (found.kind === 'refused') throw invalidField('issuer', found.description)
    const { authentication_methods, scopes: _scopes, pkce, openid, ...fields } = found.metadata
    const { authentication_method: chosen, profile } = body
    const methods = chosen === undefined ? preferred : [chosen, ...preferred]
    const method = methods.find((each) => authentication_methods?.includes(each))
    return {
      value: {
        fields: {
          ...fields,
          ...(isGeneral(profile) ? { profile: openid ? GENERIC_OIDC.name : DEFAULT_PROFILE.name } : {}),
          ...(method === undefined || method === chosen ? {} : { authentication_method: method }),
          ...(pkce === null ? {} : { pkce }),
        },
      },
    }
  }),

  handle(trials.testOAuthServer, async ({ context, realm, params }) => {
    const server = await serverOfPath(context, realm, params.slug)
    return { value: trialOf(await tryServer(context, realm, server)) }
  }),

  handle(trials.tryOAuthServer, tryUnsaved),

  handle(trials.listSecretStores, ({ context, realm }) =>
    Promise.resolve({ value: wholePage([...context.secretStores.list(realm.name)]) }),
  ),

  handle(trials.lookUpSecret, async ({ context, realm, body }) => {
    requireReference(context.secretStores, realm, '', body)
    const found = await context.secretStores.lookUp(realm.name, body)
    return { value: { found: found.kind === 'found', reason: found.kind === 'found' ? null : found.description } }
  }),
]

/** What we choose of what a server takes: a secret is what people are given who register by hand. */
const preferred = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'] as const

/** A profile that says nothing of one provider. */
const isGeneral = (profile = DEFAULT_PROFILE.name): boolean =>
  profile === DEFAULT_PROFILE.name || profile === GENERIC_OIDC.name

async function tryUnsaved({ context, realm, params, body }: Call<typeof trials.tryOAuthServer>) {
  const { environment, application, ...given } = body
  const current = await serverOfPath(context, realm, params.slug)
  const profile = (await profilesOf(context.db, realm))(given.profile, current)
  const draft = draftServer(given, current, profile, await referencesOf(context, realm, given))
  judgeServer(draft)
  const { typed: _, ...fields } = draft
  const unsaved: OAuthServer = {
    ...current,
    ...fields,
    ...sealDraft(context, realm, draft, profile),
    slug: current.slug,
  }
  const layers = await layersOf(context, realm, { environment, application })
  return { value: trialOf(await dryRun(context, realm, unsaved, layers)) }
}

async function layersOf(
  context: AdminContext,
  realm: Realm,
  names: { readonly environment?: string | undefined; readonly application?: string | undefined },
): Promise<Layers> {
  const resources = await realmResources(context.db, realm, context.publicUrl)
  const idOf = (kind: 'environment' | 'application'): string | null => {
    const name = names[kind]
    if (name === undefined) return null
    const id = resources[`${kind}s`].get(name)
    if (id === undefined) throw invalidField(kind, `the realm has no such ${kind}`)
    return id
  }
  return { environment_id: idOf('environment'), application_id: idOf('application') }
}

function trialOf(ended: FreshToken | DryRun) {
  const nothing = { expires_at: null, scope: null, code: null, description: null, advice: null }
  // A warning: the old token still lives, and no new one could be had.
  const warning = 'warning' in ended ? ended.warning : undefined
  if (ended.kind === 'token' && !warning) {
    return { ...nothing, works: true, expires_at: ended.expires_at, scope: ended.scope }
  }
  if (ended.kind === 'disabled') {
    return { ...nothing, works: false, code: 'disabled', description: ended.reason, advice: 'Enable it first.' }
  }
  const problem = warning ?? ('problem' in ended ? ended.problem : undefined)
  const told = problem ? lastErrorOf(problem, nowSeconds()) : ended
  const { code, description, advice } = { ...nothing, ...told }
  return { ...nothing, works: false, code, description, advice }
}
