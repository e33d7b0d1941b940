/**
 * The body of a stranger's answer as a tree, whatever it calls itself: JSON, a form, XML. Never throws; the work is
 * linear in a body that has a limit. Fields are read as own members only, so that no name reaches a prototype (N172).
 */
import { createRequire } from 'node:module'
import type { Element } from '@xmldom/xmldom'
import type { RawAnswer } from './answer.ts'
import type { Path } from './profile.ts'

export type Body =
  | { readonly kind: 'tree'; readonly tree: unknown }
  | { readonly kind: 'unreadable'; readonly code: 'empty' | 'truncated' | 'html' | 'unknown_format' }

/** Who answers a token in XML says it in a few lines. */
const MAX_XML_CHARACTERS = 65_536
const MAX_XML_DEPTH = 16
const ELEMENT_NODE = 1

const HTML = /^<(!doctype\s+html|html|head|body|script|title)\b/i

export function readBody({ body, truncated }: RawAnswer, format?: 'json' | 'form' | 'xml'): Body {
  if (truncated === true) return { kind: 'unreadable', code: 'truncated' }
  const text = body.replace(/^\ufeff/, '').trim()
  if (text === '') return { kind: 'unreadable', code: 'empty' }
  if (format !== 'form' && HTML.test(text)) return { kind: 'unreadable', code: 'html' }
  const tree = readAs(text, format ?? formatOf(text))
  return tree === undefined ? { kind: 'unreadable', code: 'unknown_format' } : { kind: 'tree', tree }
}

/** The first character decides: content types of token endpoints are wrong too often. */
function formatOf(text: string): 'json' | 'form' | 'xml' {
  if (text.startsWith('<')) return 'xml'
  return /^[\w.-]+=/.test(text) ? 'form' : 'json'
}

function readAs(text: string, format: 'json' | 'form' | 'xml'): unknown {
  if (format === 'form') return Object.fromEntries(new URLSearchParams(text))
  return format === 'xml' ? readXml(text) : readJson(text)
}

function readJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

const load = createRequire(import.meta.url)

/**
 * No document types: entities are nobody's business here. The parser is loaded when it is first wanted: few providers
 * answer in XML, and every start would pay for it.
 */
function readXml(text: string): unknown {
  if (text.length > MAX_XML_CHARACTERS || text.includes('<!DOCTYPE')) return undefined
  const { DOMParser } = load('@xmldom/xmldom') as typeof import('@xmldom/xmldom')
  try {
    const onError = (level: string, message: string): void => {
      if (level !== 'warning') throw new Error(message)
    }
    const root = new DOMParser({ onError }).parseFromString(text, 'text/xml').documentElement
    return root === null ? undefined : { [nameOf(root)]: treeOf(root, 1) }
  } catch {
    return undefined
  }
}

/** An element is its text, or its children by name; of children of one name, a list. */
function treeOf(element: Element, depth: number): unknown {
  const children = [...element.childNodes].filter((node): node is Element => node.nodeType === ELEMENT_NODE)
  if (children.length === 0 || depth >= MAX_XML_DEPTH) return (element.textContent ?? '').trim()
  const members = Map.groupBy(children, nameOf)
  return Object.fromEntries(
    [...members].map(([name, list]) => {
      const values = list.map((child) => treeOf(child, depth + 1))
      return [name, values.length === 1 ? values[0] : values]
    }),
  )
}

function nameOf(element: Element): string {
  return element.localName ?? element.tagName
}

/** What stands at `path`; undefined where nothing does. */
export function at(tree: unknown, path: Path): unknown {
  let here = tree
  for (const name of path.split('.')) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return undefined
    here = (here as Record<string, unknown>)[name]
  }
  return here
}

/** The first of `paths` where something stands that is not null. */
export function firstAt(tree: unknown, paths: readonly Path[]): unknown {
  for (const path of paths) {
    const value = at(tree, path)
    if (value !== undefined && value !== null) return value
  }
  return undefined
}
