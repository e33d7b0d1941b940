/** The console's session as a browser without scripts has it, and the calls that the console would make. */
import { Browser, type Page } from './browser.ts'
import { signIn } from './code-flow.ts'
import { ADMIN_PASSWORD, type House } from './house.ts'
import type { Parsed, Told } from './office.ts'

export const consoleCookie = 'sallyport-console-system'

export interface Called extends Told {
  readonly text: string
}

/** A call of the management API as the console makes it: the browser's cookies, and what else a page would send. */
export async function call(
  house: House,
  browser: Browser,
  method: string,
  path: string,
  options: { readonly body?: unknown; readonly headers?: Record<string, string> } = {},
): Promise<Called> {
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const response = await fetch(`${house.url}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      cookie,
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json')
  const body: Parsed = isJson ? JSON.parse(text) : undefined
  return { status: response.status, headers: response.headers, body, text }
}

export const me = (house: House, browser: Browser) => call(house, browser, 'GET', '/api/v1/me')

/** Up to where the console would be served. */
export async function signedIn(
  house: House,
  username = 'admin',
  password = ADMIN_PASSWORD,
  to?: string,
): Promise<[Browser, Page]> {
  const browser = new Browser(house.url)
  const query = to === undefined ? '' : `?return=${encodeURIComponent(to)}`
  const page = await signIn(browser, await browser.open(`/console/sign-in${query}`), username, password)
  return [browser, page]
}
