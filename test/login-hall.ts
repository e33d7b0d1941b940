/** A house with two applications and two people, and the walk to their sign-in pages. */
import { Browser, type Page } from './browser.ts'
import { addClient, addUser, type Credentials, USER_PASSWORD } from './clients.ts'
import { authorizationUrl, pkce, REDIRECT_URI, signIn } from './code-flow.ts'
import { type House, openHouse } from './house.ts'

export interface Hall {
  readonly house: House
  /** A client that an administrator trusts: nobody is asked to agree. */
  readonly trusted: Credentials
  readonly asking: Credentials
  readonly newBrowser: () => Browser
  /** The page that an authorization request leads to. */
  readonly ask: (browser: Browser, client?: Credentials, more?: Readonly<Record<string, string>>) => Promise<Page>
  /** Where that user has a session. */
  readonly signedIn: (username: string) => Promise<Browser>
}

/** Users `ada` (with the address ada@example.com) and `bob`. */
export async function openHall(): Promise<Hall> {
  const house = await openHouse()
  const common = { redirect_uris: [REDIRECT_URI], grant_types: ['authorization_code'] }
  const trusted = await addClient(house, {
    ...common,
    client_id: 'trusted',
    client_name: 'The <b>Shop</b>',
    scope: 'openid profile email',
  })
  const asking = await addClient(house, {
    ...common,
    client_id: 'asking',
    client_name: 'Asking',
    scope: 'openid profile email offline_access',
    require_consent: true,
  })
  await addUser(house, { username: 'ada', email: 'ada@example.com' })
  await addUser(house, { username: 'bob' })

  const newBrowser = () => new Browser(house.url)
  const ask: Hall['ask'] = (browser, client = trusted, more = {}) =>
    browser.open(
      authorizationUrl(house, {
        response_type: 'code',
        client_id: client.client_id,
        redirect_uri: REDIRECT_URI,
        scope: 'openid profile',
        state: 's',
        code_challenge: pkce().challenge,
        code_challenge_method: 'S256',
        ...more,
      }),
    )
  const signedIn = async (username: string): Promise<Browser> => {
    const browser = newBrowser()
    await signIn(browser, await ask(browser), username)
    return browser
  }
  return { house, trusted, asking, newBrowser, ask, signedIn }
}

export function login(browser: Browser, page: Page, username: string, password = USER_PASSWORD): Promise<Page> {
  return browser.submit(page, { username, password, login: '1' })
}

/** What the session cookie holds. */
export function session(browser: Browser): string | undefined {
  return [...browser.cookies].find(([name]) => name.includes('session'))?.[1]
}
