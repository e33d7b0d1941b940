import { isDeepStrictEqual } from 'node:util'

/** RFC 7396 §2, over documents that were parsed strictly: no member of theirs is inherited. */
type Document = Readonly<Record<string, unknown>>

export function mergePatch(target: Document, patch: Document): Record<string, unknown> {
  const merged = new Map(Object.entries(target))
  for (const [name, value] of Object.entries(patch)) {
    if (value === undefined) continue
    if (value === null) merged.delete(name)
    else merged.set(name, isDocument(value) ? mergePatch(documentOr(merged.get(name)), value) : value)
  }
  return Object.fromEntries(merged)
}

/**
 * The patch that makes `target` of `current`, as far as `target` says something: members that it does not have stay.
 * Below the first level they go, because there a document is one value.
 */
export function patchTowards(current: Document, target: Document): Record<string, unknown> {
  const patch = new Map<string, unknown>()
  for (const [name, value] of Object.entries(target)) {
    const present = current[name]
    if (value !== undefined && !isDeepStrictEqual(present, value)) patch.set(name, replacing(present, value))
  }
  return Object.fromEntries(patch)
}

/** As a patch says it: merging keeps what is not named, so what has to go is named, at every depth. */
function replacing(present: unknown, value: unknown): unknown {
  if (!(isDocument(value) && isDocument(present))) return value
  const surplus = Object.keys(present).filter((key) => !Object.hasOwn(value, key))
  return Object.fromEntries([
    ...surplus.map((key) => [key, null] as const),
    ...Object.entries(value).map(([key, member]) => [key, replacing(present[key], member)] as const),
  ])
}

function documentOr(value: unknown): Document {
  return isDocument(value) ? value : {}
}

function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
