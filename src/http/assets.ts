/** The few files that pages need. Each has a door of its own, so that no path can name another file (N177). */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { refuseAsJson } from './door.ts'
import type { Route } from './message.ts'

interface Asset {
  /** Carries a digest of the content: what a browser holds under it never becomes stale. */
  readonly path: string
  readonly type: string
  readonly bytes: Buffer
}

export const STYLESHEET = readAsset('page.css', 'text/css; charset=utf-8')
export const MARK = readAsset('mark.svg', 'image/svg+xml')

function readAsset(name: string, type: string): Asset {
  const bytes = readFileSync(new URL(`./pages/${name}`, import.meta.url))
  const digest = createHash('sha256').update(bytes).digest('base64url').slice(0, 12)
  const dot = name.lastIndexOf('.')
  return { path: `/assets/${name.slice(0, dot)}-${digest}${name.slice(dot)}`, type, bytes }
}

export function assetRoutes(): readonly Route[] {
  return [STYLESHEET, MARK].map(({ path, type, bytes }) => ({
    methods: ['GET'],
    path,
    name: '/assets',
    refused: refuseAsJson,
    handle: () => ({
      status: 200,
      headers: {
        'content-type': type,
        'cache-control': 'public, max-age=31536000, immutable',
        // A picture opened by itself runs nothing.
        'content-security-policy': "default-src 'none'; sandbox",
      },
      body: bytes,
    }),
  }))
}
