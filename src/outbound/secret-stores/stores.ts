/**
 * External secret stores, as the operator set them up. Owns: which realm may use which store, what a reference may name,
 * and how long a value stays in memory. A reference that leads outside a store's root or prefix is refused before
 * anything is read (N182). Does not own: how each kind is read (one file per kind) and who asks.
 */
import type { Egress } from '#http/egress.ts'
import type { SecretReference } from '#store/oauth-server-settings.ts'
import { environmentStore } from './environment.ts'
import { fileStore } from './files.ts'
import { vaultStore } from './vault.ts'

export type SecretStoreConfig =
  | { readonly name: string; readonly kind: 'file'; readonly root: string; readonly realms: readonly string[] }
  | { readonly name: string; readonly kind: 'environment'; readonly prefix: string; readonly realms: readonly string[] }
  | {
      readonly name: string
      readonly kind: 'vault'
      /** HashiCorp Vault or OpenBao, KV version 2. */
      readonly address: string
      readonly mount: string
      /** Every path lies below it; empty: the whole mount. */
      readonly prefix: string
      readonly namespace: string | null
      readonly token_file: string
      readonly realms: readonly string[]
    }

/** `away`: the store, not the secret: it may be there a moment later. Descriptions hold no value. */
export type Found =
  | { readonly kind: 'found'; readonly value: string }
  | { readonly kind: 'missing' | 'away'; readonly description: string }

/** One store, as its kind reads it. */
export interface SecretStore {
  /** What is wrong with the reference, found without reading anything. */
  problemOf(reference: SecretReference): { readonly field: keyof SecretReference; readonly problem: string } | undefined
  read(reference: SecretReference, realmName: string): Promise<Found>
  /** Whether what was read stays in memory for a while; what lies on this machine is read again each time. */
  readonly isHeld: boolean
}

export interface SecretStores {
  /** The stores that a realm may use. */
  list(realmName: string): readonly Pick<SecretStoreConfig, 'name' | 'kind'>[]
  problemOf(
    realmName: string,
    reference: SecretReference,
  ): { readonly field: keyof SecretReference; readonly problem: string } | undefined
  /** The value, from memory where it was read less than five minutes ago. */
  resolve(realmName: string, reference: SecretReference): Promise<Found>
  /** The value as the store has it now. */
  lookUp(realmName: string, reference: SecretReference): Promise<Found>
}

export interface StoreSurroundings {
  readonly egress: Egress
  /** Nothing in it is ever read as a secret of somebody. */
  readonly dataDir: string
  readonly environment: (name: string) => string | undefined
}

const heldMs = 5 * 60 * 1000
const mostHeld = 1000

export function createSecretStores(
  configs: readonly SecretStoreConfig[],
  surroundings: StoreSurroundings,
): SecretStores {
  const stores = new Map(configs.map((config) => [config.name, { config, store: openStore(config, surroundings) }]))
  const held = new Map<string, { readonly value: string; readonly until: number }>()
  const find = (realmName: string, name: string): SecretStore | undefined => {
    const found = stores.get(name)
    return found?.config.realms.includes(realmName) ? found.store : undefined
  }
  const problemOf: SecretStores['problemOf'] = (realmName, reference) => {
    const store = find(realmName, reference.store)
    if (!store) return { field: 'store', problem: 'the realm has no such secret store' }
    return store.problemOf(reference)
  }
  const lookUp: SecretStores['lookUp'] = async (realmName, reference) => {
    const store = find(realmName, reference.store)
    // Checked again at use: the operator may have narrowed a store since the reference was saved.
    const problem = problemOf(realmName, reference)
    if (!store || problem) return { kind: 'missing', description: problem?.problem ?? 'there is no such store' }
    const found = await store.read(reference, realmName)
    const key = keyOf(realmName, reference)
    held.delete(key)
    if (found.kind === 'found' && store.isHeld) {
      held.set(key, { value: found.value, until: performance.now() + heldMs })
      const [oldest] = held.keys()
      if (held.size > mostHeld && oldest !== undefined) held.delete(oldest)
    }
    return found
  }
  return {
    list: (realmName) =>
      configs.filter((config) => config.realms.includes(realmName)).map(({ name, kind }) => ({ name, kind })),
    problemOf,
    lookUp,
    async resolve(realmName, reference) {
      const known = held.get(keyOf(realmName, reference))
      if (known && known.until > performance.now()) return { kind: 'found', value: known.value }
      return await lookUp(realmName, reference)
    },
  }
}

function keyOf(realmName: string, { store, path, key, version }: SecretReference): string {
  return JSON.stringify([realmName, store, path, key, version])
}

function openStore(config: SecretStoreConfig, surroundings: StoreSurroundings): SecretStore {
  if (config.kind === 'file') return fileStore(config.root, surroundings.dataDir)
  if (config.kind === 'environment') return environmentStore(config.prefix, surroundings.environment)
  return vaultStore(config, surroundings.egress)
}

/** A member of a JSON document where a key is named, else the text without the line end that editors leave. */
export function pick(text: string, key: string | null): Found {
  if (key === null) {
    const value = text.replace(/\r?\n$/, '')
    return value === '' ? { kind: 'missing', description: 'what lies there is empty' } : { kind: 'found', value }
  }
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    return { kind: 'missing', description: 'what lies there is not JSON, so it has no keys' }
  }
  const isObject = typeof document === 'object' && document !== null && Object.hasOwn(document, key)
  const value: unknown = isObject ? (document as Record<string, unknown>)[key] : undefined
  if (typeof value !== 'string' || value === '') return { kind: 'missing', description: 'there is no text of that key' }
  return { kind: 'found', value }
}
