import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { updateClient } from '#store/client-changes.ts'
import { ERROR_PAGE, HONEST, hasCode, ownPage, requestUrl, signedIn } from './authorization-requests.ts'
import { Browser, type Page } from './browser.ts'
import { addClient, addUser, realmOf, TEST_ACTOR } from './clients.ts'
import { REDIRECT_URI, signIn } from './code-flow.ts'
import { ENGINES, type House, openHouse } from './house.ts'

describe.each(ENGINES)('a request on its way belongs to one browser, %s', (engine) => {
  let house: House

  beforeAll(async () => {
    house = await openHouse({ engine })
    await addClient(house, {
      client_id: 'app',
      redirect_uris: [REDIRECT_URI],
      scope: 'openid profile offline_access',
      grant_types: ['authorization_code'],
    })
    await addUser(house, { username: 'alice' })
  })

  afterAll(() => house.close())

  async function atLogin(browser: Browser): Promise<{ page: Page; resumeUrl: string }> {
    const page = await browser.open(requestUrl(house))
    return { page, resumeUrl: `${house.issuer()}/authorize/${page.url.searchParams.get('request')}` }
  }

  test("N025 another browser's request is not resumed", async () => {
    const { resumeUrl } = await atLogin(new Browser(house.url))
    expect(ownPage(await (await signedIn(house)).open(resumeUrl))).toEqual(ERROR_PAGE)
    expect(ownPage(await new Browser(house.url).open(resumeUrl))).toEqual(ERROR_PAGE)
  })

  test('N025 an answered request gives no second code', async () => {
    const browser = new Browser(house.url)
    const { page, resumeUrl } = await atLogin(browser)
    await signIn(browser, page, 'alice')
    expect(ownPage(await browser.open(resumeUrl))).toEqual(ERROR_PAGE)
  })

  test('N025 a resume URL opened many times at once gives one code', async () => {
    const browser = new Browser(house.url)
    const { resumeUrl } = await atLogin(browser)
    // Signed in meanwhile in another tab: nothing is left to ask.
    await signIn(browser, await browser.open(requestUrl(house)), 'alice')
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => fetch(resumeUrl, { headers: { cookie }, redirect: 'manual' })),
    )
    const codes = answers.filter((each) => each.headers.get('location')?.includes('code='))
    expect(codes).toHaveLength(1)
  })

  test('N026 what comes with the resume URL changes nothing', async () => {
    const browser = new Browser(house.url)
    const { page, resumeUrl } = await atLogin(browser)
    await browser.open(`${resumeUrl}?redirect_uri=https://evil.example&response_type=token&scope=email`)
    const done = await signIn(browser, page, 'alice')
    expect(done.url.href.startsWith(`${REDIRECT_URI}?code=`)).toBe(true)
  })

  test('N025 a request that was posted belongs to the browser that first comes for it', async () => {
    const posted = await fetch(`${house.issuer()}/authorize`, {
      method: 'POST',
      body: new URLSearchParams(HONEST),
      redirect: 'manual',
    })
    const resumeUrl = posted.headers.get('location') ?? ''
    const browsers = Array.from({ length: 10 }, () => new Browser(house.url))
    const pages = await Promise.all(browsers.map((browser) => browser.open(resumeUrl)))
    expect(pages.filter((page) => page.body.includes('name="password"'))).toHaveLength(1)
    expect(pages.filter((page) => page.status === 400)).toHaveLength(9)
  })

  test('N001 N003 N040 what no longer holds when the browser comes back is told to nobody but the browser', async () => {
    const { db } = house.app.context
    const realm = await realmOf(house, 'default')
    const changes = [{ redirect_uris: ['https://moved.example/'] }, { enabled: false }]
    for (const [at, change] of changes.entries()) {
      const redirect_uri = `https://app${at}.example/callback`
      const client_id = `changed-${at}`
      const fields = { redirect_uris: [redirect_uri], scope: 'openid', grant_types: ['authorization_code'] }
      await addClient(house, { client_id, ...fields })
      const browser = new Browser(house.url)
      const page = await browser.open(requestUrl(house, { client_id, redirect_uri }))
      await updateClient(db, TEST_ACTOR, realm.id, client_id, () => change)
      expect(ownPage(await signIn(browser, page, 'alice'))).toEqual(ERROR_PAGE)
    }
  })

  test('the grant says what was allowed, by whom, when and how long', async () => {
    const { sql } = house.app.context.db
    const browser = await signedIn(house)
    for (const [scope, offline] of [
      ['openid profile', 0],
      ['openid offline_access', 1],
      ['profile', 1],
    ] as const) {
      expect(hasCode(await browser.open(requestUrl(house, { scope })))).toBe(true)
      const grants = await sql.selectFrom('grants').selectAll().where('scope', '=', scope).execute()
      const grant = grants.at(-1)
      expect(grant).toMatchObject({ kind: 'authorization_code', scope, offline, revoked_at: null })
      expect(grant?.session_id).not.toBeNull()
      expect((grant?.expires_at ?? 0) - (grant?.created_at ?? 0)).toBe(31_536_000)
    }
    const codes = await sql.selectFrom('authorization_codes').selectAll().execute()
    for (const code of codes) {
      expect(code.code_hash).toMatch(/^[\w-]{43}$/)
      expect(code.expires_at - code.created_at).toBe(60)
    }
  })

  test('a request of another realm is unknown', async () => {
    const { resumeUrl } = await atLogin(new Browser(house.url))
    const page = await new Browser(house.url).open(resumeUrl.replace('/default/', '/system/'))
    expect(ownPage(page)).toEqual(ERROR_PAGE)
  })
})
