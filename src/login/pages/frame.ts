/** What all pages of the hall share: the realm's look, where a form's answer may lead, and the parts of a form. */

import type { Response } from '#http/message.ts'
import { type Html, html, page } from '#http/page.ts'
import type { Realm } from '#store/realms.ts'
import { formTokenField } from '../own-form.ts'

export interface HallPage {
  /** Undefined: no realm is known; the page then has neither colour nor logo of its own. */
  readonly realm: Realm | undefined
  readonly title: string
  readonly content: Html
  readonly status?: number
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** Where the browser may be led after this page's form: the validated redirect URI of the request. */
  readonly redirectUri?: string
  /** Pictures on the page beside the realm's. */
  readonly images?: readonly string[]
}

export function hallPage(view: HallPage): Response {
  const { realm, title, content, status = 200, headers, redirectUri, images = [] } = view
  const logo = pictureUrl(realm?.settings.logo_uri)
  const pictures = logo === undefined ? images : [logo, ...images]
  return page({
    title,
    body: html`${picture(logo)}${content}`,
    status,
    ...(headers === undefined ? {} : { headers }),
    ...(realm === undefined ? {} : { realm: { display_name: realm.display_name, colour: realm.settings.colour } }),
    ...(redirectUri === undefined ? {} : { formAction: [formActionSource(redirectUri)] }),
    // The origin alone: a path may hold what means something else in a policy.
    images: pictures.map((url) => new URL(url).origin),
  })
}

/** Only https: a picture by http would tell the network who signs in where, and browsers block it anyway. */
export function pictureUrl(uri: string | null | undefined): string | undefined {
  return uri && URL.canParse(uri) && new URL(uri).protocol === 'https:' ? uri : undefined
}

/** Says nothing that the text beside it does not say. */
export function picture(url: string | undefined): Html {
  return url === undefined ? html`` : html`<p><img src="${url}" alt="" referrerpolicy="no-referrer"></p>`
}

/** The hidden field without which no form of ours is taken. */
export function tokenField(token: string): Html {
  return html`<input type="hidden" name="${formTokenField}" value="${token}">`
}

/** What stands above a form that did not pass; read out at once, and named by the fields it is about. */
export function alert(id: string, text: string | undefined): Html {
  return text === undefined ? html`` : html`<p class="alert" id="${id}" role="alert">${text}</p>`
}

/** A name that somebody chose, as a page shows it: short, and without characters that turn the text around it. */
export function shownName(name: string): string {
  const plain = name.replace(/[\p{Cc}\p{Cf}]/gu, '')
  return [...plain].length > 80 ? `${[...plain].slice(0, 79).join('')}…` : plain
}

/** `form-action` source of a redirect URI: browsers enforce it on the whole chain of redirects after a form. */
export function formActionSource(redirectUri: string): string {
  const { protocol, hostname, origin } = new URL(redirectUri)
  if (protocol !== 'https:' && protocol !== 'http:') return protocol
  // The grammar of CSP has no IPv6 literals (CSP 3 §2.3.1): the scheme is the narrowest that works.
  return hostname.startsWith('[') ? protocol : origin
}

/** What a person recognises of where the answer goes. */
export function redirectHost(redirectUri: string): string {
  const { protocol, host } = new URL(redirectUri)
  return protocol === 'https:' || protocol === 'http:' ? host : protocol.slice(0, -1)
}
