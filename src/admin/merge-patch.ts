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

function documentOr(value: unknown): Document {
  return isDocument(value) ? value : {}
}

function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
