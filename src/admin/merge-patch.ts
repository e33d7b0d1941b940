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
    if (value === undefined || isDeepStrictEqual(present, value)) continue
    const surplus =
      isDocument(value) && isDocument(present) ? Object.keys(present).filter((key) => !(key in value)) : []
    const without = Object.fromEntries(surplus.map((key) => [key, null]))
    patch.set(name, isDocument(value) ? { ...without, ...value } : value)
  }
  return Object.fromEntries(patch)
}

function documentOr(value: unknown): Document {
  return isDocument(value) ? value : {}
}

function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
