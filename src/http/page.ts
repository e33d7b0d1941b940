/**
 * The frame of every page that people see: markup, stylesheet, and the headers that keep a page from being framed,
 * scripted or sent elsewhere (RFC 9700 §4.2, §4.16). No JavaScript is needed anywhere; the only script there is submits
 * the form of OAuth 2.0 Form Post Response Mode, and its hash is in the policy.
 */
import { createHash } from 'node:crypto'
import { STYLESHEET_URL } from './assets.ts'
import { type Html, html } from './html.ts'
import type { Refused, Request, Response } from './message.ts'

export { type Html, html } from './html.ts'

export interface PageLook {
  readonly display_name: string
  /** `#rrggbb`, or null for our own. */
  readonly colour: string | null
}

export interface Page {
  readonly title: string
  readonly body: Html
  readonly status?: number
  readonly realm?: PageLook
  /** Sources that a form of this page may lead to, beside ourselves: browsers follow the policy across redirects. */
  readonly formAction?: readonly string[]
  /** Sources of images, beside ourselves. */
  readonly images?: readonly string[]
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
}

export function page(content: Page): Response {
  return framed(content, html``, [])
}

const SUBMIT = 'document.forms[0].submit()'
const SUBMIT_HASH = `'sha256-${createHash('sha256').update(SUBMIT).digest('base64')}'`

/** A form that posts itself to `action` (Form Post Response Mode §2); the button is for browsers without scripts. */
export function autoSubmitPage(form: {
  readonly action: string
  readonly fields: readonly (readonly [string, string])[]
}): Response {
  const fields = form.fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)
  const body = html`
<h1>One moment</h1>
<p>You are being taken back to the application.</p>
<form method="post" action="${form.action}">${fields}<button class="main">Continue</button></form>`
  const { protocol, origin } = new URL(form.action)
  const target = protocol === 'https:' || protocol === 'http:' ? origin : protocol
  const script = html`<script>${SCRIPT}</script>`
  return framed({ title: 'One moment', body, formAction: [target] }, script, [`script-src ${SUBMIT_HASH}`])
}

/** The script as it stands between the tags: it has no character that HTML escapes. */
const SCRIPT = SUBMIT

/** How a refusal looks to a person where no realm has a look of its own. */
export function refusedAsPlainPage(request: Request, refused: Refused): Response {
  return page({
    title: 'This did not work',
    status: refused.status,
    headers: refused.headers,
    body: html`<h1>This did not work</h1><p>${refused.description}</p><p class="quiet">Request ${request.id}</p>`,
  })
}

function framed(content: Page, script: Html, policy: readonly string[]): Response {
  const { title, body, realm, status = 200, formAction = [], images = [], headers = {} } = content
  const name = realm?.display_name ?? 'Sallyport'
  const markup = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · ${name}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${STYLESHEET_URL}">
</head>
<body>
<header>${realmMark(realm)}<span>${name}</span></header>
<main>
${body}
</main>
${script}
</body>
</html>
`
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': [
        "default-src 'none'",
        "style-src 'self'",
        `img-src ${["'self'", 'data:', ...images].join(' ')}`,
        `form-action ${["'self'", ...formAction].join(' ')}`,
        "frame-ancestors 'none'",
        "base-uri 'none'",
        ...policy,
      ].join('; '),
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
    body: markup.text,
  }
}

/** A gate with two doors, in the realm's colour. Presentation attributes are no inline style: the policy lets them be. */
function realmMark(realm: PageLook | undefined): Html {
  const colour = /^#[0-9a-f]{6}$/i.test(realm?.colour ?? '') ? (realm?.colour ?? '') : '#3552c8'
  return html`<svg width="28" height="28" viewBox="0 0 28 28" aria-hidden="true"><path fill="${colour}" d="M4 26V12a10 10 0 0 1 20 0v14h-3V12a7 7 0 0 0-14 0v14z"/><path fill="${colour}" opacity=".75" d="M9 13.5l4 1.6V26H9z"/><path fill="${colour}" d="M19 13.5l-4 1.6V26h4z"/></svg>`
}
