/**
 * A browser without scripts, as far as our pages need one: it keeps cookies, follows redirects inside the house, reads
 * forms, and stops where it is sent elsewhere. Real browsers are in `test/chromium.ts`.
 */

export interface Page {
  /** The last address; where the house sent us elsewhere, that address. */
  readonly url: URL
  readonly status: number
  readonly headers: Headers
  readonly body: string
  /** True where the address is not of this house: nothing was fetched there. */
  readonly isElsewhere: boolean
  /** Every status on the way here. */
  readonly statuses: readonly number[]
}

export interface PageForm {
  readonly action: URL
  readonly method: string
  /** Hidden and prefilled fields. */
  readonly fields: Readonly<Record<string, string>>
  readonly buttons: readonly { readonly name: string; readonly value: string }[]
}

const REDIRECT_LIMIT = 10

export class Browser {
  readonly #origin: string
  readonly #cookies = new Map<string, { readonly value: string; readonly path: string }>()

  constructor(origin: string) {
    this.#origin = origin
  }

  /** Names and values as the jar holds them now. */
  get cookies(): ReadonlyMap<string, string> {
    return new Map([...this.#cookies].map(([name, { value }]) => [name, value]))
  }

  setCookie(name: string, value: string, path = '/'): void {
    this.#cookies.set(name, { value, path })
  }

  forgetCookies(): void {
    this.#cookies.clear()
  }

  open(url: string | URL): Promise<Page> {
    return this.#go(new URL(url, this.#origin), { method: 'GET' })
  }

  /** Sends a form of the page as a person would: its hidden fields, what was typed, the button that was pressed. */
  submit(page: Page, typed: Readonly<Record<string, string>>, headers: Record<string, string> = {}): Promise<Page> {
    const names = Object.keys(typed)
    const form = formsOf(page).find((each) =>
      each.buttons.length === 0 ? true : each.buttons.some(({ name }) => name === '' || names.includes(name)),
    )
    if (form === undefined) throw new Error(`no form with such a button on ${page.url.href}:\n${page.body}`)
    const body = new URLSearchParams({ ...form.fields, ...typed })
    return this.#go(form.action, { method: 'POST', body, headers: { origin: this.#origin, ...headers } })
  }

  post(
    url: string | URL,
    fields: Readonly<Record<string, string>>,
    headers: Record<string, string> = {},
  ): Promise<Page> {
    return this.#go(new URL(url, this.#origin), { method: 'POST', body: new URLSearchParams(fields), headers })
  }

  async #go(start: URL, init: RequestInit): Promise<Page> {
    let url = start
    let request = init
    const statuses: number[] = []
    for (let hop = 0; hop <= REDIRECT_LIMIT; hop++) {
      const cookie = this.#cookieHeader(url)
      const headers = { ...(request.headers as Record<string, string>), ...(cookie && { cookie }) }
      const response = await fetch(url, { ...request, headers, redirect: 'manual' })
      this.#keepCookies(response)
      statuses.push(response.status)
      const location = ledTo(response)
      if (location === undefined) {
        return pageOf(url, response, await response.text(), false, statuses)
      }
      url = new URL(location, url)
      if (url.origin !== this.#origin) return pageOf(url, response, await response.text(), true, statuses)
      request = { method: 'GET' }
    }
    throw new Error(`more than ${REDIRECT_LIMIT} redirects from ${start.href}`)
  }

  #cookieHeader(url: URL): string {
    return [...this.#cookies]
      .filter(
        ([, { path }]) => url.pathname === path || url.pathname.startsWith(path.endsWith('/') ? path : `${path}/`),
      )
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ')
  }

  #keepCookies(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
      const name = pair.slice(0, pair.indexOf('='))
      const path = attributes.find((each) => /^path=/i.test(each))?.slice(5) ?? '/'
      const isGone = attributes.some((each) => /^max-age=0$/i.test(each))
      if (isGone) this.#cookies.delete(name)
      else this.#cookies.set(name, { value: pair.slice(pair.indexOf('=') + 1), path })
    }
  }
}

/** By a redirect, or by a page that is left at once. */
function ledTo({ status, headers }: Response): string | undefined {
  if (status >= 300 && status <= 399) return headers.get('location') ?? undefined
  return /^0; url=(.+)$/.exec(headers.get('refresh') ?? '')?.[1]
}

function pageOf(url: URL, response: Response, body: string, isElsewhere: boolean, statuses: readonly number[]): Page {
  return { url, status: response.status, headers: response.headers, body, isElsewhere, statuses }
}

/** The forms of a page, by reading our own plain HTML. */
export function formsOf(page: Page): readonly PageForm[] {
  return [...page.body.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, attributes = '', inner = '']) => {
    const fields: Record<string, string> = {}
    for (const [, input = ''] of inner.matchAll(/<input\b([^>]*)>/g)) {
      const name = attribute(input, 'name')
      const isChecked = attribute(input, 'type') !== 'checkbox' && attribute(input, 'type') !== 'radio'
      if (name !== undefined && isChecked) fields[name] = attribute(input, 'value') ?? ''
    }
    const buttons = [...inner.matchAll(/<button\b([^>]*)>/g)].map(([, button = '']) => ({
      name: attribute(button, 'name') ?? '',
      value: attribute(button, 'value') ?? '',
    }))
    return {
      action: new URL(attribute(attributes, 'action') ?? page.url.href, page.url),
      method: (attribute(attributes, 'method') ?? 'get').toUpperCase(),
      fields,
      buttons,
    }
  })
}

function attribute(text: string, name: string): string | undefined {
  const found = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(text)?.[1]
  return found
    ?.replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
}
