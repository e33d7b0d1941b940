/**
 * The interactive API reference at `/api/v1/docs/`: Swagger UI over our own OpenAPI document, signing in with the built-in
 * client `sallyport-swagger` by authorization code and PKCE. Served to everyone, like the document; what it calls asks
 * who is there. Owns the page, the page that its sign-in comes back to, their policy, and handing out the package's
 * files under names that carry a digest. The token stays in the page's memory and goes with it.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { MARK } from '#http/assets.ts'
import type { Request, Response, Route } from '#http/message.ts'
import { refusedAsAsked } from '#http/page.ts'
import { readScope } from './gate.ts'
import { notFound } from './problem.ts'

const base = '/api/v1/docs'
const pack = promisify(gzip)

/**
 * The page's own script. No other specification can be named in the address, nothing is asked of other hosts, and the
 * reader begins with the smallest scope that shows something.
 */
const START = `const dark = matchMedia('(prefers-color-scheme: dark)')
const dress = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
dark.addEventListener('change', dress)
dress()
const at = (path) => new URL(path, document.baseURI).href
const ui = SwaggerUIBundle({
  url: at('../openapi.json'),
  dom_id: '#reference',
  deepLinking: true,
  queryConfigEnabled: false,
  validatorUrl: null,
  tryItOutEnabled: true,
  docExpansion: 'none',
  filter: true,
  defaultModelsExpandDepth: 0,
  oauth2RedirectUrl: at('callback'),
})
ui.initOAuth({
  clientId: 'sallyport-swagger',
  appName: 'Sallyport',
  scopes: ${JSON.stringify(['openid', readScope])},
  usePkceWithAuthorizationCodeGrant: true,
})
`

/** The product's own head above the reference, in the colours of the console. */
const STYLE = `body { margin: 0 }
header { padding: 0.625rem 1.25rem; background: #173433; color: #e4ece9; font: 650 1rem/1.5 system-ui, sans-serif }
header a { display: inline-flex; gap: 0.5625rem; align-items: center; color: inherit; text-decoration: none }
header a:focus-visible { outline: 2px solid #e9b44c; outline-offset: 3px }
.dark-mode header { background: #0c1011; color: #dbe3e1 }
.swagger-ui .info { margin: 1.5rem 0 }
`

/** `connect-src`: the API and the token endpoint are on this origin. Swagger UI has pictures in its style sheet. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

interface File {
  readonly path: string
  readonly type: string
  readonly bytes: Buffer
  readonly packed: Buffer
}

interface Reference {
  readonly files: ReadonlyMap<string, File>
  readonly page: string
  readonly callback: string
}

export function referenceRoutes(): readonly Route[] {
  let held: Promise<Reference> | undefined
  // Read when somebody comes for it: most processes never show it.
  const reference = (): Promise<Reference> => {
    held ??= readReference().catch((error: unknown) => {
      held = undefined
      throw error
    })
    return held
  }
  const common = { methods: ['GET'], refused: refusedAsAsked, name: 'api docs' }
  return [
    { ...common, path: base, handle: () => ({ status: 308, headers: { location: `${base}/` }, body: '' }) },
    { ...common, path: `${base}/`, handle: async () => page((await reference()).page) },
    { ...common, path: `${base}/callback`, handle: async () => page((await reference()).callback) },
    { ...common, path: `${base}/assets/:name`, handle: async (request) => fileOf(await reference(), request) },
  ]
}

async function readReference(): Promise<Reference> {
  const [bundle, style, comeBack, start, own] = await Promise.all([
    readPackaged('swagger-ui-bundle.js'),
    readPackaged('swagger-ui.css'),
    readPackaged('oauth2-redirect.js'),
    fileWith('start.js', Buffer.from(START)),
    fileWith('reference.css', Buffer.from(STYLE)),
  ])
  const head = (title: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Sallyport</title>
<link rel="icon" href="${MARK.path}" type="image/svg+xml">`
  return {
    files: new Map(
      [bundle, style, comeBack, start, own].map((file) => [file.path.slice(`${base}/assets/`.length), file]),
    ),
    page: `${head('API reference')}
<link rel="stylesheet" href="${style.path}">
<link rel="stylesheet" href="${own.path}">
</head>
<body>
<header><a href="/console/"><img src="${MARK.path}" width="26" height="26" alt="">Sallyport</a></header>
<main id="reference"><noscript>The reference needs JavaScript; the document behind it does not:
<a href="../openapi.json">openapi.json</a></noscript></main>
<script src="${bundle.path}"></script>
<script src="${start.path}"></script>
</body>
</html>
`,
    callback: `${head('Signed in')}
</head>
<body>
<script src="${comeBack.path}"></script>
</body>
</html>
`,
  }
}

async function readPackaged(name: string): Promise<File> {
  return await fileWith(name, await readFile(fileURLToPath(import.meta.resolve(`swagger-ui-dist/${name}`))))
}

async function fileWith(name: string, bytes: Buffer): Promise<File> {
  const digest = createHash('sha256').update(bytes).digest('base64url').slice(0, 12)
  const dot = name.lastIndexOf('.')
  const type = name.endsWith('.css') ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8'
  const path = `${base}/assets/${name.slice(0, dot)}-${digest}${name.slice(dot)}`
  return { path, type, bytes, packed: await pack(bytes) }
}

function page(body: string): Response {
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': policy,
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    },
    body,
  }
}

function fileOf({ files }: Reference, request: Request): Response {
  const file = files.get(request.params['name'] ?? '')
  if (!file) throw notFound('file')
  const isPacked = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')
  return {
    status: 200,
    headers: {
      'content-type': file.type,
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'Accept-Encoding',
      ...(isPacked ? { 'content-encoding': 'gzip' } : {}),
    },
    body: isPacked ? file.packed : file.bytes,
  }
}
