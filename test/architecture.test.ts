import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { describe, expect, test } from 'vitest'

/*
 * The floor plan, held by a test: who may enter which room, and what only one file may do. A line that must be crossed
 * is a decision first (decisions/) and a change of this table after.
 */

const mayEnter: Record<string, readonly string[]> = {
  observe: [],
  contract: [],
  crypto: [],
  http: ['observe'],
  store: ['crypto', 'observe'],
  'oauth-client': ['http', 'crypto'],
  login: ['oauth-client', 'store', 'crypto', 'http', 'observe'],
  issuer: ['login', 'store', 'crypto', 'http', 'observe'],
  facades: ['issuer', 'store', 'http'],
  outbound: ['issuer', 'login', 'oauth-client', 'store', 'crypto', 'http', 'observe'],
  admin: ['outbound', 'issuer', 'login', 'oauth-client', 'store', 'crypto', 'http', 'contract', 'observe'],
  cli: ['oauth-client', 'store', 'crypto', 'http', 'contract'],
  console: ['contract'],
}

/** The files that belong to no room. They see every room; no room sees them. */
const outside = new Set([
  'app.ts',
  'bootstrap-client.ts',
  'chores.ts',
  'config.ts',
  'first-start.ts',
  'main.ts',
  'operations.ts',
  'welcome.ts',
])

/** What only these files may do. */
const reserved: readonly { what: string; pattern: RegExp; allowed: readonly string[] }[] = [
  { what: 'reads the environment', pattern: /\bprocess\.env\b/, allowed: ['src/config.ts'] },
  { what: 'knows Fastify', pattern: /from '@?fastify/, allowed: ['src/http/server.ts'] },
  {
    what: 'calls fetch',
    pattern: /(?<![.\w])fetch\(|globalThis\.fetch/,
    allowed: [
      'src/http/egress.ts',
      'src/contract/caller.ts',
      'console/parts/list/download.ts',
      'console/pages/try/wire.ts',
    ],
  },
]

const notProduct = new Set(['node_modules', '.git', '.cache', 'data', 'coverage', 'dist'])
const longestFile = 300

interface Source {
  path: string
  /** The room it lies in; `src` for a file that lies in none. */
  room: string
  /** Without comments. */
  code: string
  imports: readonly string[]
}

function filesUnder(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    if (notProduct.has(entry.name)) return []
    const path = posix.join(directory, entry.name)
    return entry.isDirectory() ? filesUnder(path) : [path]
  })
}

function sourceAt(path: string): Source {
  const code = withoutComments(readFileSync(path, 'utf8'))
  const imports = [...code.matchAll(/\b(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '')
  return { path, room: roomAt(path), code, imports }
}

/** Good enough for our own files: comments on lines of their own. */
function withoutComments(text: string): string {
  return text.replaceAll(/^\s*\/\*[\s\S]*?\*\//gm, '').replaceAll(/^\s*\/\/.*$/gm, '')
}

/** The room that an import leads into, or undefined for a package or a part of Node. */
function roomOf(specifier: string, source: Source): string | undefined {
  if (specifier.startsWith('#')) return specifier.slice(1).split('/')[0]
  if (!specifier.startsWith('.')) return undefined
  return roomAt(posix.join(posix.dirname(source.path), specifier))
}

function roomAt(path: string): string {
  const [top = '', room = '', ...rest] = path.split('/')
  return top === 'src' && rest.length > 0 ? room : top
}

const everything = filesUnder('.')
const isSource = (path: string) => /^(src|console)\/.*\.tsx?$/.test(path)
const sources = everything.filter(isSource).map(sourceAt)
const inRooms = sources.filter((source) => source.room !== 'src')

describe('the floor plan', () => {
  test('the ladder has no circle', () => {
    const reaches = (from: string, to: string): boolean =>
      (mayEnter[from] ?? []).some((next) => next === to || reaches(next, to))
    expect(Object.keys(mayEnter).filter((room) => reaches(room, room))).toEqual([])
  })

  test('every room is on the plan, and nothing else lies in src', () => {
    const entries = readdirSync('src', { withFileTypes: true })
    const rooms = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
    const files = entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name)
    expect(rooms.filter((room) => mayEnter[room] === undefined)).toEqual([])
    expect(files.filter((file) => !outside.has(file))).toEqual([])
  })

  test.each(Object.keys(mayEnter))('%s enters only the rooms below it', (room) => {
    const crossings = inRooms
      .filter((source) => source.room === room)
      .flatMap((source) => source.imports.map((specifier) => ({ source, specifier, to: roomOf(specifier, source) })))
      .filter(({ to }) => to !== undefined && to !== room && mayEnter[room]?.includes(to) !== true)
    expect(crossings.map(({ source, specifier }) => `${source.path} → ${specifier}`)).toEqual([])
  })

  test('inside a room imports are relative, across rooms they start with #', () => {
    const wrong = inRooms.flatMap((source) =>
      source.imports
        .filter((specifier) => {
          const isOwn = roomOf(specifier, source) === source.room
          return specifier.startsWith('#') ? isOwn : specifier.startsWith('.') && !isOwn
        })
        .map((specifier) => `${source.path} → ${specifier}`),
    )
    expect(wrong).toEqual([])
  })

  test('the contract rests on zod alone, so that a browser can load it', () => {
    const foreign = sources
      .filter((source) => source.room === 'contract')
      .flatMap((source) => source.imports.filter((specifier) => !/^(zod$|\.)/.test(specifier)))
    expect(foreign).toEqual([])
  })

  test('parts of the console know neither its pages nor its shell', () => {
    const upward = sources
      .filter(({ path }) => path.startsWith('console/parts/'))
      .flatMap(({ path, imports }) =>
        imports
          .filter((specifier) => /^console\/(?:pages|shell)\//.test(posix.join(posix.dirname(path), specifier)))
          .map((specifier) => `${path} → ${specifier}`),
      )
    expect(upward).toEqual([])
  })

  test.each(reserved)('only who is named here $what', ({ pattern, allowed }) => {
    const strangers = sources.filter((source) => pattern.test(source.code) && !allowed.includes(source.path))
    expect(strangers.map((source) => source.path)).toEqual([])
  })
})

describe('the state of the house', () => {
  test(`no file is longer than ${longestFile} lines`, () => {
    const long = everything
      .filter((path) => /\.(tsx?|mjs)$/.test(path))
      .filter((path) => readFileSync(path, 'utf8').trimEnd().split('\n').length > longestFile)
    expect(long).toEqual([])
  })

  test('there is no bag for what found no room', () => {
    const bags = everything.filter((path) => /(^|\/)(utils?|helpers?|shared|common|misc|lib)(\/|\.[a-z]+$)/.test(path))
    expect(bags).toEqual([])
  })

  test('no file names a package registry: whose it is, is the business of who installs', () => {
    expect(filesThatContain(/registry\.(npmjs|yarnpkg|npmmirror)\.|npm\.pkg\.github\.|"resolved": "http/)).toEqual([])
  })

  test('no file speaks of the workshop that it came from', () => {
    expect(filesThatContain(/\.\.\/shared\b|\/work\/(main|shared)\b|\bsub-?agents?\b/i)).toEqual([])
  })
})

function filesThatContain(pattern: RegExp): string[] {
  const self = 'test/architecture.test.ts'
  return everything.filter((path) => path !== self && pattern.test(readFileSync(path, 'utf8')))
}
