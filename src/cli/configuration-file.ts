/** What the command line has to know of a file that it sends: which secrets it refers to, and on which line a thing is. */
import { dirname, resolve } from 'node:path'
import { type Document, isMap, isNode, isPair, isScalar, LineCounter, type Pair, parseDocument, visit } from 'yaml'
import { referenceName, type SecretReference } from '#contract/configuration.ts'
import { secretIn } from './credentials.ts'
import type { World } from './world.ts'

/** Write-only fields: where one of them is a map, it says where its value lies. */
const secretFields: ReadonlySet<string> = new Set([
  'client_secret',
  'key',
  'owner_password',
  'private_key',
  'refresh_token',
  'tls_certificate',
  'tls_private_key',
  'value',
])

/** The references of the text; of a text that is no YAML none, the server says what is wrong with it. */
export function referencesIn(yaml: string): readonly SecretReference[] {
  const references: SecretReference[] = []
  const document = documentOf(yaml, new LineCounter())
  if (document.errors.length > 0) return []
  visit(document, {
    Pair(_, pair) {
      const reference = referenceOf(pair)
      if (reference) references.push(reference)
    },
  })
  return references
}

function referenceOf({ key, value }: Pair): SecretReference | undefined {
  if (!isScalar(key) || !secretFields.has(String(key.value)) || !isMap(value)) return undefined
  const env = value.get('env')
  if (typeof env === 'string') return { env }
  const file = value.get('file')
  return typeof file === 'string' ? { file } : undefined
}

/**
 * The values, by the names that the server knows them by. A file is looked for beside the document, and only its owner
 * may read it.
 */
export async function valuesOf(
  world: World,
  references: readonly SecretReference[],
  document: string,
): Promise<{ secrets: Record<string, string>; missing: readonly string[] }> {
  const secrets = new Map<string, string>()
  const missing = new Set<string>()
  for (const reference of references) {
    const name = referenceName(reference)
    const value =
      'env' in reference
        ? world.environment(reference.env)
        : await secretIn(world, resolve(document === '-' ? '.' : dirname(document), reference.file))
    if (value === undefined) missing.add(name)
    else secrets.set(name, value)
  }
  return { secrets: Object.fromEntries(secrets), missing: [...missing] }
}

/** Where `clients.3.scope` is, or the nearest thing around it that is there. */
export function lineOf(yaml: string, field: string): number | undefined {
  const lines = new LineCounter()
  const document = documentOf(yaml, lines)
  if (document.errors.length > 0) return undefined
  const steps = field.split('.')
  for (let length = steps.length; length > 0; length -= 1) {
    const path = steps.slice(0, length).map((step) => (/^\d+$/.test(step) ? Number(step) : step))
    const node: unknown = document.getIn(path, true)
    if (isNode(node) && !isPair(node) && node.range) return lines.linePos(node.range[0]).line
  }
  return undefined
}

function documentOf(yaml: string, lineCounter: LineCounter): Document.Parsed {
  return parseDocument(yaml, { uniqueKeys: false, prettyErrors: false, logLevel: 'error', lineCounter })
}
