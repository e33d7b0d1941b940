/** The secrets that a document refers to: their values are asked for here, as the command line looks for them. */
import { isMap, isScalar, parseDocument, visit } from 'yaml'
import { referenceName, type SecretReference } from '#contract/configuration.ts'

/** Their names, each once; of a text that is no YAML none: the server says what is wrong with it. */
export function referencesIn(yaml: string): readonly string[] {
  const document = parseDocument(yaml, { uniqueKeys: false, prettyErrors: false, logLevel: 'error' })
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
