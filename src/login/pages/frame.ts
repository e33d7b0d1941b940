/** What all pages of the hall share: the realm's look, where a form's answer may lead, and the parts of a form. */

import type { Response } from '#http/message.ts'
import { formActionSource, type Html, html, page } from '#http/page.ts'
import type { Realm } from '#store/realms.ts'
import { formTokenField } from '../own-form.ts'

export interface HallPage {
  /** Undefined: no realm is known; the page then has no look of its own. */
  readonly realm: Realm | undefined
  readonly title: string
  readonly content: Html
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Where the browser may be led after this page's form: the validated redirect URI of the request. */
  readonly redirectUri?: string
  /** URLs of pictures on the page beside the realm's. */
  readonly images?: readonly string[]
}

export function hallPage({
  realm,
  title,
  content,
  status,
  headers = {},
  redirectUri,
  images = [],
}: HallPage): Response {
  const look = realm && { ...realm.settings, display_name: shownName(realm.display_name) }
  const formAction = redirectUri === undefined ? [] : [formActionSource(redirectUri)]
  return page({ title, body: content, status, headers, realm: look, formAction, images })
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

/** What a person recognises of where the answer goes. */
export function redirectHost(redirectUri: string): string {
  const { protocol, host } = new URL(redirectUri)
  return protocol === 'https:' || protocol === 'http:' ? host : protocol.slice(0, -1)
}
