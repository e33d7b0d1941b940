/** From the text of a document to what it asks for: every entry parsed by the schema of its noun, and named in refusals. */
import { type SecretReference, secretReference } from '#contract/configuration.ts'
import { Refusal } from '#http/refusal.ts'
import { parseDocument } from '../parse.ts'
import { FieldRefusal, invalidField, unknownField } from '../problem.ts'
import { readDocument } from './document.ts'
import { documentVersion } from './realm-document.ts'
import { expanded } from './references.ts'
import type { Entry, Placed, Scene, Section } from './section.ts'
import { sections } from './sections.ts'

export interface WantedSecret extends Omit<Placed, 'value'> {
  readonly reference: SecretReference
}

export interface WantedEntry {
  readonly key: string
  /** `clients.3`: where it stands in the document. */
  readonly path: string
  /** As the document says it, without its secret. */
  readonly given: Entry
  readonly secrets: readonly WantedSecret[]
}

/** By section; those that the document does not have are left alone. */
export type Wanted = ReadonlyMap<Section, readonly WantedEntry[]>

export function readWanted(scene: Scene, yaml: string): Wanted {
  const document = readDocument(yaml)
  const known = new Set(['version', ...sections.map(({ name }) => name)])
  const unknown = Object.keys(document).find((name) => !known.has(name))
  if (unknown !== undefined) throw unknownField(unknown.slice(0, 100))
  if (document['version'] !== undefined && document['version'] !== documentVersion) {
    throw invalidField('version', `must be ${documentVersion}`)
  }
  const wanted = new Map<Section, readonly WantedEntry[]>()
  for (const section of sections) {
    const said = document[section.name]
    if (said !== undefined) wanted.set(section, entriesOf(scene, section, said))
  }
  return wanted
}

function entriesOf(scene: Scene, section: Section, said: unknown): readonly WantedEntry[] {
  if (section.key === undefined) return [entryOf(scene, section, said, section.name)]
  // `clients:` with nothing below it reads as null.
  if (!Array.isArray(said)) throw invalidField(section.name, 'must be a list; the empty list is []')
  const seen = new Set<string>()
  return said.map((item: unknown, index) => {
    const entry = entryOf(scene, section, item, `${section.name}.${index}`)
    if (seen.has(entry.key)) throw invalidField(`${entry.path}.${section.key}`, 'is named twice')
    seen.add(entry.key)
    return entry
  })
}

function entryOf(scene: Scene, section: Section, item: unknown, path: string): WantedEntry {
  if (typeof item !== 'object' || item === null || Array.isArray(item))
    throw invalidField(path, 'must be a map of fields')
  const parsed = at(path, () => parseDocument(section.schema, expanded(scene, section, item as Entry)))
  const own = section.secrets.map(({ field, schema }) => ({ field, path: field, schema, value: parsed[field] }))
  const secrets = [...own, ...(section.deeper?.slots(parsed) ?? [])].flatMap(
    ({ field, path: place, schema, value }) => {
      const reference = secretReference.safeParse(value)
      return reference.success ? [{ field, path: place, schema, reference: reference.data }] : []
    },
  )
  const referred = new Set(secrets.map(({ field }) => field))
  const plain = Object.fromEntries(Object.entries(parsed).filter(([name]) => !referred.has(name)))
  const given = section.deeper?.without(plain) ?? plain
  return {
    key: section.key === undefined ? scene.realm.name : String(given[section.key]),
    path,
    given,
    secrets,
  }
}

/** A refusal of `work`, with the place in the document before its field. */
export function at<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw placed(path, error)
  }
}

export function placed(path: string, error: unknown): unknown {
  if (!(error instanceof Refusal)) return error
  const field = error instanceof FieldRefusal ? `${path}.${error.field}` : path
  return new FieldRefusal(error.status, error.error, field, error.description, error.detail)
}
