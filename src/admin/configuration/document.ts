/**
 * The text of a configuration: YAML 1.2 with nothing in it that two readers could take for two things. Written always
 * the same way, so that a difference of texts is a difference of realms; read without aliases (each could be repeated a
 * billion times), tags, directives, repeated names, names of JavaScript's own, and deep nesting (N150).
 */
import { Document, isAlias, isMap, isScalar, Lexer, LineCounter, parseDocument, Scalar, visit } from 'yaml'
import { invalidField } from '../problem.ts'

const maximumDepth = 32
const refusedNames: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype', '<<'])
/** What an editor or a terminal would not show as it is. A new line is the layout's own. */
// biome-ignore format: one class of characters
const unsafe = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]/

export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [name: string]: Plain }

export function writeDocument(value: object): string {
  const document = new Document(value, {
    version: '1.2',
    schema: 'core',
    compat: 'yaml-1.1',
    aliasDuplicateObjects: false,
  })
  visit(document, {
    Scalar(_, scalar) {
      if (typeof scalar.value === 'string' && unsafe.test(scalar.value)) scalar.type = Scalar.QUOTE_DOUBLE
    },
  })
  const text = document.toString({ lineWidth: 0, blockQuote: false, minContentWidth: 0 })
  const every = new RegExp(unsafe, 'g')
  return text.replace(every, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** The value of the text, which is a map. Refuses with 400 and the line. */
export function readDocument(text: string): { readonly [name: string]: Plain } {
  refuseDepth(text)
  const lines = new LineCounter()
  // Repeated names are looked for below: the parser's own way takes the square of their number.
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
    lineCounter: lines,
  })
  const problem = document.errors[0] ?? document.warnings[0]
  if (problem) throw refused(lines, problem.pos[0], `is not YAML that can be read here (${problem.code})`)
  if (document.directives.yaml.explicit || Object.keys(document.directives.tags).length > 1) {
    throw invalidField('yaml', 'must not have directives')
  }
  refuseNodes(document, lines)
  const value: unknown = document.toJS({ maxAliasCount: 0 })
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidField('yaml', 'must be a map of sections')
  }
  return value as { readonly [name: string]: Plain }
}

/** Before anything is built of it: brackets and dashes within each other cost the parser more than they cost to send. */
function refuseDepth(text: string): void {
  let flow = 0
  let dashes = 0
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') flow += 1
    else if (token === ']' || token === '}') flow -= 1
    else if (token === '-' || token === '?') dashes += 1
    else if (token === '\n' || token === '\r\n') dashes = 0
    if (flow > maximumDepth || dashes > maximumDepth) throw tooDeep()
  }
}

const tooDeep = () => invalidField('yaml', `must not be nested deeper than ${maximumDepth}`)

function refuseNodes(document: Document, lines: LineCounter): void {
  visit(document, {
    Node(_, node, path) {
      const at = node.range?.[0] ?? 0
      if (isAlias(node) || node.anchor !== undefined) throw refused(lines, at, 'must not use anchors and aliases')
      if (node.tag !== undefined) throw refused(lines, at, 'must not use tags')
      if (path.length > maximumDepth * 2) throw tooDeep()
      if (isScalar(node) && typeof node.value === 'number' && !Number.isFinite(node.value)) {
        throw refused(lines, at, 'must not hold numbers without end')
      }
    },
    Map(_, map) {
      const names = new Set<string>()
      for (const { key } of map.items) {
        const at = isScalar(key) || isMap(key) ? (key.range?.[0] ?? 0) : 0
        if (!isScalar(key) || typeof key.value !== 'string') throw refused(lines, at, 'must have names that are text')
        if (refusedNames.has(key.value)) throw refused(lines, at, 'must not have such a name')
        if (names.has(key.value)) throw refused(lines, at, 'must not name one thing twice')
        names.add(key.value)
      }
    },
  })
}

function refused(lines: LineCounter, offset: number, what: string) {
  return invalidField('yaml', `line ${lines.linePos(offset).line}: ${what}`)
}
