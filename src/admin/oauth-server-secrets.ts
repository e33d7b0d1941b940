/**
 * A secret never follows a changed address. Each stored secret remembers the origins that it was given for; a change
 * that would take it to another one is refused unless the secret is in the same request. What was typed is sealed here.
 */
import type { SecretReference } from '#contract/oauth-server-fields.ts'
import type { Seal } from '#crypto/seal.ts'
import type { Profile } from '#oauth-client/profile.ts'
import { destinationsOf, layerPairs, mergeLayers, tokenOrigins } from '#outbound/layers.ts'
import type { SecretStores } from '#outbound/secret-stores/stores.ts'
import { parameterField, type StoredSecret, serverSecretPlace } from '#store/oauth-server-settings.ts'
import type { OAuthServer, ServerOverride } from '#store/oauth-servers.ts'
import type { Realm } from '#store/realms.ts'
import { type Draft, typedKey } from './oauth-server-draft.ts'
import { invalidField } from './problem.ts'

/** The draft with what was typed sealed; refuses what would send a stored secret where it was not given for. */
export function sealDraft(
  { seal, secretStores }: { readonly seal: Seal; readonly secretStores: SecretStores },
  realm: Realm,
  draft: Draft,
  profile: Profile,
): { readonly secrets: readonly StoredSecret[]; readonly overrides: readonly ServerOverride[] } {
  const origins = originsOf(draft, profile)
  const complete =
    (ownerId: string) =>
    (secret: StoredSecret): StoredSecret => {
      const key = typedKey(ownerId, secret.field)
      const value = draft.typed.get(key)
      if (value === undefined) return secret
      const given = { ...secret, origins: [...(origins.get(key) ?? [])] }
      if (typeof value !== 'string') {
        requireReference(secretStores, realm, fieldPath(draft, ownerId, secret.field), value)
        return { ...given, reference: value }
      }
      return { ...given, value_sealed: seal.seal(value, serverSecretPlace(realm.id, ownerId, secret.field)) }
    }
  return {
    secrets: draft.secrets.map(complete(draft.id)),
    overrides: draft.overrides.map((override) => ({
      ...override,
      secrets: override.secrets.map(complete(override.id)),
    })),
  }
}

/** N182: nothing outside the stores, roots and prefixes that the operator bound to this realm; nothing is read. */
export function requireReference(
  secretStores: SecretStores,
  realm: Realm,
  path: string,
  reference: SecretReference,
): void {
  const wrong = secretStores.problemOf(realm.name, reference)
  if (wrong) throw invalidField(path === '' ? wrong.field : `${path}.${wrong.field}`, wrong.problem)
}

/** Where each typed secret will go, over all layers. Throws for a stored one that would go elsewhere (N181). */
function originsOf(draft: Draft, profile: Profile): ReadonlyMap<string, ReadonlySet<string>> {
  const origins = new Map<string, Set<string>>()
  for (const pair of layerPairs(draft)) {
    const { values, secrets } = mergeLayers(draft, pair)
    // The one that everybody knows by name is named first.
    const ordered = [...secrets.values()].toSorted((a, b) => Number(b.field === client) - Number(a.field === client))
    for (const { owner_id, field, origins: known } of ordered) {
      const destinations = destinationsOf(field, values, profile)
      const key = typedKey(owner_id, field)
      if (draft.typed.has(key)) {
        origins.set(key, (origins.get(key) ?? new Set()).union(new Set(destinations)))
      } else if (destinations.some((origin) => !known.includes(origin))) {
        throw invalidField(
          fieldPath(draft, owner_id, field),
          'must be in the same request: it would go to an address that it was not given for',
        )
      }
    }
  }
  return origins
}

/** A stored secret that would go where it was not given for, were the server's profile this one; undefined: none. */
export function strayingBy(server: OAuthServer, profile: Profile): string | undefined {
  for (const pair of layerPairs(server)) {
    const { values, secrets } = mergeLayers(server, pair)
    for (const { field, origins } of secrets.values()) {
      if (destinationsOf(field, values, profile).some((origin) => !origins.includes(origin))) return field
    }
  }
  return undefined
}

const client = 'client_secret'

/** How a request names that secret. */
export function fieldPath(draft: Pick<Draft, 'overrides' | 'id'>, ownerId: string, field: string): string {
  const index = draft.overrides.findIndex((override) => override.id === ownerId)
  const owner = index < 0 ? (draft as Partial<Draft>) : draft.overrides[index]?.settings
  const prefix = index < 0 ? '' : `overrides.${index}.`
  for (const list of ['query_parameters', 'post_parameters'] as const) {
    if (!field.startsWith(`${list}.`)) continue
    const row = owner?.[list]?.findIndex(({ name, leg }) => parameterField(list, name, leg) === field)
    return `${prefix}${list}.${row ?? 0}.value`
  }
  return prefix + field
}

/** Why the connections that are there cannot go on under the new settings; undefined: they can. */
export function reconnectReason(before: OAuthServer, after: OAuthServer): string | undefined {
  if (before.grant_type !== after.grant_type) return 'the grant type was changed'
  for (const pair of [...layerPairs(before), ...layerPairs(after)]) {
    const [was, is] = [mergeLayers(before, pair).values, mergeLayers(after, pair).values]
    if (was.client_id !== is.client_id) return 'the client ID was changed'
    const [old, next] = [tokenOrigins(was), tokenOrigins(is)]
    if (!next.refresh.isSubsetOf(old.refresh) || !next.access.isSubsetOf(old.access)) return 'an address was changed'
  }
  return undefined
}
