/**
 * The text of a document, as far as the page has to understand it: the secrets that it refers to, whose values are asked
 * for here as the command line looks for them, and the line on which a thing stands.
 */
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml'
import { referenceName, type SecretReference } from '#contract/configuration.ts'

function documentOf(yaml: string, lineCounter: LineCounter): Document.Parsed {
  return parseDocument(yaml, { uniqueKeys: false, prettyErrors: false, logLevel: 'error', lineCounter })
}

/** Where `clients.3.scope` is, or the nearest thing around it that is there. */
export function lineOf(yaml: string, field: string): number | undefined {
  const lines = new LineCounter()
  const document = documentOf(yaml, lines)
  if (document.errors.length > 0) return undefined
  const path = field.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step))
  for (; path.length > 0; path.pop()) {
    const node: unknown = document.getIn(path, true)
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
  }
  return undefined
}

/** The names of its references, each once; of a text that is no YAML none: the server says what is wrong with it. */
export function referencesIn(yaml: string): readonly string[] {
  const document = documentOf(yaml, new LineCounter())
  if (document.errors.length > 0) return []
  const names = new Set<string>()
  visit(document, {
    Map(_, map) {
      const [pair] = map.items
      if (map.items.length !== 1 || !isScalar(pair?.key) || !isScalar(pair.value)) return
      const reference = referenceOf(String(pair.key.value), pair.value.value)
      if (reference) names.add(referenceName(reference))
    },
    // Parameters of a request may be called `env` or `file`, but they are rows of a list.
    Pair: (_, { value }) => (isMap(value) || !isScalar(value) ? undefined : visit.SKIP),
  })
  return [...names]
}

function referenceOf(key: string, value: unknown): SecretReference | undefined {
  if (typeof value !== 'string') return undefined
  if (key === 'env') return { env: value }
  return key === 'file' ? { file: value } : undefined
}
