/** From the realm to its document: what differs from the defaults, always in the same order. */
import { isDeepStrictEqual } from 'node:util'
import { writeDocument } from './document.ts'
import { byCodeUnit } from './order.ts'
import { symbolic } from './references.ts'
import type { Entry, Opened, Scene, Section } from './section.ts'
import { sections } from './sections.ts'

/** Raised when a document of before would mean something else. */
export const documentVersion = 1

/** Everything that is configuration, by section and key. */
export type Contents = ReadonlyMap<Section, Opened>

export async function contentsOf(scene: Scene): Promise<Contents> {
  const contents = new Map<Section, Opened>()
  for (const section of sections) contents.set(section, await section.open(scene))
  return contents
}

export function documentOf(scene: Scene, contents: Contents): string {
  const document: Record<string, unknown> = { version: documentVersion }
  for (const [section, opened] of contents) {
    const keys = [...opened.entries.keys()].toSorted(byCodeUnit)
    const entries = keys.flatMap((key) => {
      const entry = opened.entries.get(key)
      return entry ? [symbolic(scene, section, brief(section, opened, entry))] : []
    })
    document[section.name] = section.key === undefined ? (entries[0] ?? {}) : entries
  }
  return writeDocument(document)
}

/** Without what it would be anyway. */
function brief(section: Section, opened: Opened, entry: Entry): Entry {
  const { key } = section
  const first = [...(key === undefined ? [] : [key]), ...(section.required ?? [])]
  const said: Record<string, unknown> = Object.fromEntries(first.map((name) => [name, entry[name]]))
  let whole = opened.complete(said)
  for (const [name, value] of Object.entries(entry)) {
    if (isDeepStrictEqual(whole[name], value)) continue
    said[name] = value
    whole = opened.complete(said)
  }
  return isDeepStrictEqual(whole, entry) ? said : entry
}
