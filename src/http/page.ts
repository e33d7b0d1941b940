/**
 * The frame of every page for people: head, mark, the realm's name and colour, and the headers that keep a page from
 * being framed, scripted or stored. Owns no text but the frame's own; what a page says is its room's business.
 */
import { MARK, STYLESHEET } from './assets.ts'
import { brandStyle } from './colour.ts'
import { formActionSource, pagePolicy } from './csp.ts'
import { refuseAsJson } from './door.ts'
import { Html, html } from './html.ts'
import type { Refused, Request, Response } from './message.ts'

export { formActionSource } from './csp.ts'
export { Html, html } from './html.ts'

export interface PageRealm {
  readonly display_name: string
  /** `#rrggbb`; anything else is as if there were none. */
  readonly colour?: string | null
  /** https only. */
  readonly logo_uri?: string | null
}

export interface Page {
  readonly title: string
  readonly body: Html
  readonly status: number
  /** Whose page it is; absent: Sallyport's own. */
  readonly realm?: PageRealm | undefined
  /** Sources besides `'self'` that this page's forms lead to, from `formActionSource`. */
  readonly formAction?: readonly string[]
  /** URLs of pictures that the body shows. */
  readonly images?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
  /** The page sends its only form by itself; the form has a button for browsers without scripts. */
  readonly autoSubmit?: boolean
}

/** `submit` by the prototype: a field of the form may have that name. */
const SUBMIT_SCRIPT = 'HTMLFormElement.prototype.submit.call(document.forms[0])'

export function page({
  title,
  body,
  status,
  realm,
  headers,
  autoSubmit,
  formAction = [],
  images = [],
}: Page): Response {
  const style = brandStyle(realm?.colour)
  const logo = realm?.logo_uri?.startsWith('https://') ? realm.logo_uri : undefined
  const policy = pagePolicy({
    formAction,
    images: logo === undefined ? images : [...images, logo],
    ...(style === undefined ? {} : { style }),
    ...(autoSubmit ? { script: SUBMIT_SCRIPT } : {}),
  })
  const name = realm?.display_name ?? 'Sallyport'
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · ${name}</title>
<link rel="icon" href="${MARK.path}" type="image/svg+xml">
<link rel="stylesheet" href="${STYLESHEET.path}">
${style === undefined ? undefined : new Html(`<style>${style}</style>`)}
</head>
<body>
<div class="sheet">
<header class="brand">${logo === undefined ? GATE : html`<img class="logo" src="${logo}" alt="" referrerpolicy="no-referrer">`}
<span class="realm">${name}</span></header>
<main>
${body}
</main>
</div>
${realm === undefined ? undefined : html`<footer>${GATE}<span>Sallyport</span></footer>`}
${autoSubmit ? new Html(`<script>${SUBMIT_SCRIPT}</script>`) : undefined}
</body>
</html>
`
  return {
    status,
    headers: {
      ...headers,
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': policy,
      'x-frame-options': 'DENY',
      // Not `no-referrer`: a browser would send `Origin: null` with our own forms (Fetch §3.1).
      'referrer-policy': 'same-origin',
    },
    body: document.text,
  }
}

/** A gate with two doors, one opening in and one opening out. */
const GATE = html`<svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">
<path class="arch" d="M3 29V15a13 13 0 0 1 26 0v14"/><path class="in" d="M15 27V8.5L7.5 11v14z"/>
<path class="out" d="M17 29V6.5l8.5-2.2 0 0V29z" transform="translate(0 1.2) scale(1 .93)"/><path class="sill" d="M1 29h30"/></svg>`

export interface PostedAnswer {
  readonly action: string
  readonly fields: readonly (readonly [name: string, value: string])[]
}

/** OAuth 2.0 Form Post Response Mode §2: the browser posts the answer to the client, with a button where it cannot. */
export function autoSubmitPage({ action, fields }: PostedAnswer): Response {
  const inputs = fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">\n`)
  return page({
    title: 'One moment',
    status: 200,
    autoSubmit: true,
    formAction: [formActionSource(action)],
    body: html`<h1>One moment</h1>
<p>You are being taken back to the application.</p>
<form id="response-form" method="post" action="${action}">
${inputs}<button id="continue" type="submit">Continue</button>
</form>`,
  })
}

/** How a refusal looks to a person where no realm is known. */
export function refusedAsPlainPage(request: Request, refused: Refused): Response {
  const title = refused.status === 404 ? 'Not found' : 'This did not work'
  return page({
    title,
    status: refused.status,
    headers: refused.headers,
    body: html`<h1>${title}</h1>
<p id="error_description">${refused.description}</p>
<dl><dt>Error</dt><dd id="error"><code>${refused.error}</code></dd>
<dt>Request</dt><dd><code>${request.id}</code></dd></dl>`,
  })
}

/** Where no door is known: a page for a browser that was sent to an address, else as OAuth says it. */
export function refusedAsAsked(request: Request, refused: Refused): Response {
  const isBrowser = request.headers['accept']?.includes('text/html') ?? false
  const response = isBrowser ? refusedAsPlainPage(request, refused) : refuseAsJson(request, refused)
  return { ...response, headers: { ...response.headers, vary: 'Accept' } }
}
