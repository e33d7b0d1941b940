/** Another site: 127.0.0.1 where the house is localhost, so that a browser takes the two for strangers. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Site {
  readonly origin: string
  /** What is served at a path; everything else is 404. */
  serve(path: string, content: string, type?: string): void
  close(): Promise<void>
}

export async function openSite(): Promise<Site> {
  const pages = new Map<string, { readonly content: string; readonly type: string }>()
  const server = createServer((request, response) => {
    const page = pages.get(new URL(request.url ?? '/', 'http://site').pathname)
    response.statusCode = page ? 200 : 404
    response.setHeader('content-type', page?.type ?? 'text/plain').end(page?.content ?? '')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    serve: (path, content, type = 'text/html; charset=utf-8') => void pages.set(path, { content, type }),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A single-page application of `oidc-client-ts`, as its documentation would have it; `manager` is for the test. */
export function serveApplication(site: Site, settings: Readonly<Record<string, unknown>>): void {
  const bundle = readFileSync(new URL('../node_modules/oidc-client-ts/dist/browser/oidc-client-ts.js', import.meta.url))
  site.serve('/oidc-client-ts.js', bundle.toString('utf8'), 'text/javascript')
  const page = `<!doctype html><title>Application</title><link rel="icon" href="data:,">
<script src="/oidc-client-ts.js"></script>
<script>var manager = new oidc.UserManager(${JSON.stringify(settings)})</script>`
  for (const path of ['/', '/callback', '/bye']) site.serve(path, page)
}
