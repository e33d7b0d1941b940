/**
 * A folder with a built page and its files, handed out. Owns: which file a path means, how it is cached and packed, and
 * the policy of the page. Paths are looked up among the names that were read from the folder, so that none can lead
 * out of it or to a file with a leading dot (N177). What is no file is the page: it has addresses of its own.
 */
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { Request, Response, Route } from './message.ts'
import { refusedAsAsked } from './page.ts'
import { Refusal } from './refusal.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

/** Stands in the page wherever a style may name itself. */
const NONCE = 'SALLYPORT-NONCE'

interface Packed {
  readonly type: string
  readonly bytes: Buffer
  readonly br: Buffer | undefined
  readonly gzip: Buffer | undefined
}

interface Folder {
  readonly stamp: string
  readonly page: string
  /** By path below the base. */
  readonly files: ReadonlyMap<string, Packed>
}

export interface StaticFilesOptions {
  /** `/console`, without a trailing slash. */
  readonly base: string
  /** Holds `index.html`, `assets/` with files that carry a digest in their name, and `.stamp`, which changes with them. */
  readonly directory: string
  /** What stands there while the folder is empty: a sentence. */
  readonly missing: string
}

export function staticFileRoutes({ base, directory, missing }: StaticFilesOptions): readonly Route[] {
  let held: Folder | undefined
  /** One look at the stamp: a build that ends while the server runs is seen at the next page. */
  const current = (): Folder => {
    const stamp = stampOf(directory)
    if (stamp !== undefined && held?.stamp !== stamp) held = readFolder(directory, stamp, held)
    if (held === undefined) throw new Refusal(503, 'not_built', missing)
    return held
  }
  const common = { methods: ['GET'], refused: refusedAsAsked }
  return [
    { ...common, path: base, handle: () => ({ status: 308, headers: { location: `${base}/` }, body: '' }) },
    { ...common, path: `${base}/`, name: base, handle: () => pageOf(current()) },
    {
      ...common,
      path: `${base}/assets/*`,
      name: `${base}/assets`,
      handle: (request) => fileOf(held ?? current(), request),
    },
    { ...common, path: `${base}/*`, name: base, handle: (request) => anywhere(current(), request) },
  ]
}

function stampOf(directory: string): string | undefined {
  return statSync(join(directory, '.stamp'), { throwIfNoEntry: false })?.mtimeMs.toString()
}

/** The files of the build before stay for the pages that still run. */
function readFolder(directory: string, stamp: string, before: Folder | undefined): Folder {
  const names = new Set(readdirSync(join(directory, 'assets')))
  const read = (name: string) => (names.has(name) ? readFileSync(join(directory, 'assets', name)) : undefined)
  const files = [...names]
    .filter((name) => !name.startsWith('.') && TYPES[extname(name)] !== undefined)
    .map((name): [string, Packed] => [
      `assets/${name}`,
      {
        type: TYPES[extname(name)] ?? '',
        bytes: readFileSync(join(directory, 'assets', name)),
        br: read(`${name}.br`),
        gzip: read(`${name}.gz`),
      },
    ])
  const page = readFileSync(join(directory, 'index.html'), 'utf8')
  return { stamp, page, files: new Map([...(before?.files ?? []), ...files]) }
}

function anywhere(folder: Folder, request: Request): Response {
  const path = request.params['*'] ?? ''
  if (path.split('/').some((segment) => segment.startsWith('.'))) throw notThere()
  return pageOf(folder)
}

function fileOf(folder: Folder, request: Request): Response {
  const file = folder.files.get(`assets/${request.params['*'] ?? ''}`)
  if (file === undefined) throw notThere()
  const { encoding, body } = packedFor(file, request.headers['accept-encoding'] ?? '')
  return {
    status: 200,
    headers: {
      'content-type': file.type,
      'cache-control': 'public, max-age=31536000, immutable',
      // A picture opened by itself runs nothing.
      'content-security-policy': "default-src 'none'; sandbox",
      vary: 'Accept-Encoding',
      ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
    },
    body,
  }
}

/** RFC 9110 §12.5.3; who names an encoding with a weight of zero does not want it. */
function packedFor(file: Packed, accepted: string): { encoding?: string; body: Buffer } {
  const takes = (name: string) =>
    new RegExp(`(?:^|[\\s,])${name}\\s*(?:,|$|;(?!\\s*q=0(?:\\.0+)?\\s*(?:,|$)))`).test(accepted)
  if (file.br !== undefined && takes('br')) return { encoding: 'br', body: file.br }
  if (file.gzip !== undefined && takes('gzip')) return { encoding: 'gzip', body: file.gzip }
  return { body: file.bytes }
}

function pageOf({ page }: Folder): Response {
  const nonce = randomBytes(16).toString('base64')
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': pagePolicy(nonce),
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
    },
    body: page.replaceAll(NONCE, nonce),
  }
}

/** Scripts come from our own files alone; styles also from the page itself, where they know this answer's nonce. */
function pagePolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "connect-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
}

function notThere(): Refusal {
  return new Refusal(404, 'not_found', 'there is no such file')
}
