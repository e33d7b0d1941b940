/**
 * From what is there to what a document asks for. Every change is the noun's own operation, run within one transaction:
 * a plan is the same work, undone. What changed is told by comparing the realm before with the realm after, so a plan
 * also shows what a change brings with it.
 */
import { isDeepStrictEqual } from 'node:util'
import type { ConfigurationChange } from '#contract/configuration.ts'
import { referenceName } from '#contract/configuration.ts'
import { patchTowards } from '../merge-patch.ts'
import { invalidField } from '../problem.ts'
import { byCodeUnit } from './order.ts'
import type { Contents } from './realm-document.ts'
import type { Prepared } from './secrets.ts'
import type { Entry, Opened, Scene, SecretValues, Section } from './section.ts'
import { at, placed, type Wanted, type WantedEntry } from './wanted.ts'

export interface Named {
  readonly kind: string
  readonly name: string
}

export interface Generated {
  readonly client_id: string
  readonly client_secret: string
}

const noSecrets: SecretValues = { known: {}, changed: {} }

/** Does it. Answers the secrets that were generated on the way. Refusals name the place in the document. */
export async function reconcile(
  scene: Scene,
  wanted: Wanted,
  prepared: Prepared,
  isPruned: boolean,
): Promise<readonly Generated[]> {
  const generated: Generated[] = []
  for (const [section, entries] of wanted) {
    const opened = await section.open(scene)
    for (const entry of entries) {
      try {
        const secret = await settle(scene, section, opened, entry, prepared.values.get(entry.path) ?? noSecrets)
        if (secret !== undefined) generated.push({ client_id: entry.key, client_secret: secret })
      } catch (error) {
        throw placed(entry.path, error)
      }
    }
  }
  if (isPruned) await prune(scene, wanted)
  return generated
}

async function settle(
  scene: Scene,
  section: Section,
  opened: Opened,
  { key, given }: WantedEntry,
  secrets: SecretValues,
): Promise<string | undefined> {
  if (opened.builtIn.has(key)) {
    throw invalidField(section.key ?? section.name, 'is built in: it is not part of a configuration')
  }
  const current = opened.entries.get(key)
  if (!current) return await section.create(scene, given, secrets.known)
  const next = opened.complete(given)
  const different = Object.entries(next).filter(([name, value]) => !same(current[name], value))
  const patch = patchTowards(current, Object.fromEntries(different))
  const isChanged = Object.keys(patch).length > 0 || Object.keys(secrets.changed).length > 0
  return isChanged ? await section.update(scene, key, patch, secrets) : undefined
}

/** What is in the document's sections and not in the document, last section first: clients before what they name. */
async function prune(scene: Scene, wanted: Wanted): Promise<void> {
  for (const [section, entries] of [...wanted].toReversed()) {
    if (!section.delete) continue
    const opened = await section.open(scene)
    for (const key of unnamed(opened, entries)) {
      try {
        await section.delete(scene, key)
      } catch (error) {
        throw placed(section.name, error)
      }
    }
  }
}

function unnamed(opened: Opened, entries: readonly WantedEntry[]): readonly string[] {
  const named = new Set(entries.map(({ key }) => key))
  return [...opened.entries.keys()].filter((key) => !named.has(key)).toSorted(byCodeUnit)
}

/** A document may delete what another part of it names: then it is not what comes of it, and nothing is done. */
export function requireSettled(wanted: Wanted, after: Contents): void {
  for (const [section, entries] of wanted) {
    const opened = after.get(section)
    for (const { key, path, given } of entries) {
      if (at(path, () => same(opened?.complete(given), opened?.entries.get(key)))) continue
      throw invalidField(path, 'names something that the document itself takes away')
    }
  }
}

/** What the sections of the document have and the document does not name. */
export function keptBy(wanted: Wanted, after: Contents): readonly Named[] {
  return [...wanted].flatMap(([section, entries]) => {
    const opened = after.get(section)
    return opened ? unnamed(opened, entries).map((name) => ({ kind: section.kind, name })) : []
  })
}

export function changesBetween(
  before: Contents,
  after: Contents,
  wanted: Wanted,
  prepared: Prepared,
): ConfigurationChange[] {
  return [...after].flatMap(([section, opened]) => {
    const old = before.get(section)?.entries ?? new Map<string, Entry>()
    const secrets = new Map((wanted.get(section) ?? []).map((entry) => [entry.key, secretChange(entry, prepared)]))
    const keys = [...new Set([...old.keys(), ...opened.entries.keys()])].toSorted(byCodeUnit)
    return keys.flatMap((key) => {
      const [was, is] = [old.get(key), opened.entries.get(key)]
      const fields = [...fieldsBetween(was, is, section), ...(secrets.get(key) ?? [])]
      if (was && is && fields.length === 0) return []
      return [{ action: was ? (is ? 'update' : 'delete') : 'create', kind: section.kind, name: key, fields }] as const
    })
  })
}

function fieldsBetween(was: Entry | undefined, is: Entry | undefined, section: Section) {
  const names = Object.keys(is ?? was ?? {}).filter((name) => name !== section.key)
  return names
    .filter((name) => !same(was?.[name], is?.[name]))
    .map((field) => ({ field, before: was?.[field] ?? null, after: is?.[field] ?? null }))
    .filter(({ before, after }) => before !== null || after !== null)
}

/** Neither value is told, only where the new one comes from. */
function secretChange(entry: WantedEntry, prepared: Prepared) {
  const changed = prepared.values.get(entry.path)?.changed ?? {}
  return entry.secrets
    .filter(({ field }) => Object.hasOwn(changed, field))
    .map(({ field, reference }) => ({ field, before: null, after: `(${referenceName(reference)})` }))
}

function same(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(one, other)
}
