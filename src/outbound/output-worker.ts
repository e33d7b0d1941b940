/**
 * The thread that looks for outputs in an answer: paths and patterns are an administrator's, the answer is a stranger's,
 * and together they may take for ever. Then the thread is ended, and nothing else is.
 */
import { createRequire } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import { DOMParser } from '@xmldom/xmldom'
import { query } from 'jsonpath-rfc9535'
import type { Found, Search } from './outputs.ts'

/** A package of the older module system, whose names an import does not see. */
const { isArrayOfNodes, isNodeLike, select } = createRequire(import.meta.url)('xpath') as typeof import('xpath')

type Json = Parameters<typeof query>[0]

const { body, wanted } = workerData as Search

/** One match is itself, none is null, more are a list. */
function few(matches: readonly unknown[]): unknown {
  return matches.length > 1 ? matches : (matches[0] ?? null)
}

function byPattern(pattern: string): unknown {
  const found = new RegExp(pattern, 'su').exec(body)
  return found === null ? null : (found[1] ?? found[0])
}

let tree: Json | undefined
function byJsonPath(path: string): unknown {
  tree ??= JSON.parse(body) as Json
  return few(query(tree, path))
}

/** Entities are nobody's business here: a document type is refused. */
function documentOf(): Node {
  if (body.includes('<!DOCTYPE')) throw new Error('a document type')
  const onError = (level: string, message: string): void => {
    if (level !== 'warning') throw new Error(message)
  }
  return new DOMParser({ onError }).parseFromString(body, 'text/xml') as unknown as Node
}

let document: Node | undefined
function byXPath(path: string): unknown {
  document ??= documentOf()
  const found = select(path, document)
  if (isArrayOfNodes(found)) return few(found.map((node) => node.textContent ?? ''))
  if (Array.isArray(found)) return null
  return isNodeLike(found) ? (found.textContent ?? '') : found
}

const ways = { jsonpath: byJsonPath, xpath: byXPath, regex: byPattern }

function search({ name, language, expression }: Search['wanted'][number]): Found {
  try {
    return { name, value: ways[language](expression) }
  } catch {
    return { name, isWrong: true }
  }
}

parentPort?.postMessage(wanted.map(search))
