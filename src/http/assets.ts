/** What pages load from us: the name holds a digest of the content, so it may be kept for ever. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { refuseAsJson } from './door.ts'
import type { Route } from './message.ts'

const stylesheet = readFileSync(join(import.meta.dirname, 'pages.css'))
const digest = createHash('sha256').update(stylesheet).digest('hex').slice(0, 16)

export const STYLESHEET_URL = `/assets/pages-${digest}.css`

export function assetRoutes(): readonly Route[] {
  return [
    {
      methods: ['GET'],
      path: STYLESHEET_URL,
      handle: () => ({
        status: 200,
        headers: { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'public, max-age=31536000, immutable' },
        body: stylesheet,
      }),
      refused: refuseAsJson,
    },
  ]
}
