/** What is seen of a realm: audit, events, failed sign-ins, grants, sessions, consents, recycle bin, health. */
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { USER_PASSWORD } from '../clients.ts'
import { tokensOf } from '../code-flow.ts'
import { type Desk, judge, listOf, openDesk, type Tab } from './desk.ts'
import { HOSTILE, type ObservedRealm, observedRealm } from './observed-realm.ts'

let desk: Desk
let realm: ObservedRealm
let tab: Tab
let page: Page
let list: ReturnType<typeof listOf>

beforeAll(async () => {
  desk = await openDesk()
  realm = await observedRealm(desk.house, desk.office)
  await desk.office.post('/realms/system/users', { username: 'vera', password: USER_PASSWORD, roles: ['viewer'] })
  await desk.house.app.context.events.flush()
  tab = await desk.open('/realms/default/audit')
  page = tab.page
  page.setDefaultTimeout(8000)
  list = listOf(page)
}, 180_000)

afterAll(() => desk.close())

const api = async (path: string) => (await desk.office.get(`/realms/default/${path}`)).body
const button = (name: string | RegExp) => page.getByRole('button', { name })
const dialog = () => page.getByRole('dialog')

async function begin(path: string): Promise<void> {
  await page.goto(`${desk.house.url}/console/realms/default/${path}`)
  await page.locator('#page h1').waitFor()
}

async function choose(name: string, action: string): Promise<void> {
  const menu = await list.openMenu(name)
  await menu.getByRole('menuitem', { name: action }).click()
}

describe('the audit', () => {
  test('is found by who, what and which object, and each entry tells before and after, field by field', async () => {
    await begin('audit?object_name=report&action=update')
    await expect.poll(() => list.rows.count()).toBe(1)
    await expect.poll(() => list.rows.innerText()).toMatch(/client\.update[\s\S]*client_name, expires_in/)
    await list.rows.getByRole('link').first().click()
    await page.getByRole('heading', { name: 'Update report' }).waitFor()
    expect(await page.title()).toBe('Update report · Sallyport')
    const rows = await page.locator('section', { hasText: 'Before and after' }).locator('tbody tr').allInnerTexts()
    expect(rows.map((row) => row.split('\t'))).toEqual([
      ['client_name', 'Reports', HOSTILE],
      ['expires_in', '–', '900'],
    ])
    await page.reload()
    await page.getByText(HOSTILE).waitFor()
    await page.getByRole('link', { name: 'History and revert' }).click()
    await expect.poll(() => page.url()).toContain('/clients/report/history')
  })

  test('leads to the object, to all of its entries, and to what the same request changed', async () => {
    await begin('audit?object_name=editor')
    await list.rows.getByRole('link').first().click()
    await page.getByRole('link', { name: 'All of this object' }).click()
    await expect.poll(() => list.rows.count()).toBe(1)
    await page.goBack()
    await page.getByRole('link', { name: 'What else it changed' }).click()
    await expect.poll(() => page.url()).toContain('request_id=')
    await expect.poll(() => list.rows.count()).toBe(1)
    await list.rows.getByRole('link', { name: 'editor' }).click()
    await page.getByRole('heading', { name: 'editor' }).waitFor()
  })

  test('is taken along as a file, filtered as it is shown', async () => {
    await begin('audit?object_kind=role')
    await expect.poll(() => list.rows.count()).toBe(3)
    await button('Export').click()
    const saving = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: 'JSON' }).click()
    const rows = JSON.parse(await readFile(await (await saving).path(), 'utf8')) as { object_kind: string }[]
    expect(rows.map(({ object_kind }) => object_kind)).toEqual(['role', 'role', 'role'])
  })

  test('an address of an entry that is not there says so', async () => {
    await begin('audit/1700000000000/nothing')
    await page.getByText('There is no such entry').waitFor()
    expect(await page.title()).toBe('Audit entry · Sallyport')
  })
})

describe('events', () => {
  test('are told in words, filtered by kind, and lead to user and client', async () => {
    await begin('events')
    await list.filter('What').selectOption('Sign-in had to wait')
    await expect.poll(() => list.rows.count()).toBe(1)
    await expect.poll(() => list.rows.innerText()).toMatch(/Sign-in had to wait[\s\S]*mallory/)
    await list.filter('What').selectOption('Consent given')
    await expect.poll(() => list.rows.count()).toBe(2)
    await list.rows.getByRole('link', { name: 'shop-web' }).first().click()
    await page.getByRole('heading', { name: 'shop-web' }).waitFor()
  })

  test('who failed to log in is seen with what slows them, and is released', async () => {
    await begin('events/failed-logins')
    const users = page.getByRole('table', { name: 'Users with failed sign-ins' })
    await expect.poll(() => users.locator('tbody tr').innerText()).toMatch(/mallory[\s\S]*(May try again|counted)/)
    expect(await page.getByRole('table', { name: 'Addresses that tried unknown names' }).innerText()).toContain(
      '127.0.0.1',
    )
    expect(await page.content()).not.toContain('nobody-of-that-name')
    await button('Release mallory').click()
    await users.getByText('Nothing counted').waitFor()
    expect((await api(`users/${realm.mallory}/login-failures`)).failures).toBe(0)
    expect(await button('Release mallory').count()).toBe(0)
  })
})

describe('what still holds', () => {
  test('a grant is revoked after a question that says what breaks; Cancel leaves it', async () => {
    await begin('tokens?username=bob')
    await choose('the grant of bob for shop-web', 'Revoke')
    await dialog().getByText('dead at once').waitFor()
    await dialog().getByRole('button', { name: 'Cancel' }).click()
    await dialog().waitFor({ state: 'hidden' })
    expect((await api('grants?username=bob')).total).toBe(1)
    await choose('the grant of bob for shop-web', 'Revoke')
    await dialog().getByRole('button', { name: 'Revoke' }).click()
    await page.getByText('1 grant revoked').waitFor()
    await page.getByText('No grant fits').waitFor()
    expect((await api('grants')).total).toBe(1)
  })

  test('many sessions are ended at once', async () => {
    await begin('tokens/sessions?sort=-username')
    await expect.poll(() => list.names()).toEqual(['bob', 'ada'])
    await page.getByLabel('Select all rows here').check()
    await button('End').click()
    await dialog().getByRole('button', { name: 'End 2 sessions' }).click()
    await page.getByText('2 sessions ended').waitFor()
    await page.getByText('Nobody is signed in').waitFor()
    expect((await api('sessions')).total).toBe(0)
  })

  test('a consent is withdrawn', async () => {
    await begin('consents?sort=-username')
    await expect.poll(() => list.names()).toEqual(['bob', 'ada'])
    await choose('the consent of ada to shop-web', 'Withdraw')
    await dialog().getByRole('button', { name: 'Withdraw' }).click()
    await expect.poll(() => list.names()).toEqual(['bob'])
    expect((await api(`users/${realm.ada}/consents`)).total).toBe(0)
  })

  test('what ended meanwhile is told, and keeps none of the others back', async () => {
    for (const username of ['ada', 'bob']) await tokensOf(desk.house, { client: realm.shop, username })
    await begin('tokens/sessions')
    await expect.poll(() => list.rows.count()).toBe(2)
    const [first] = (await api('sessions')).items
    await desk.office.delete(`/realms/default/sessions/${first.id}`)
    await page.getByLabel('Select all rows here').check()
    await button('End').click()
    await dialog().getByRole('button', { name: 'End 2 sessions' }).click()
    await page.getByText('1 session ended').waitFor()
    await page.getByText('1 session not ended').waitFor()
    expect((await api('sessions')).total).toBe(0)
  })
})

describe('the recycle bin', () => {
  test('says how long, restores disabled, and says what stays dead', async () => {
    await begin('deleted?sort=-name')
    await expect.poll(() => list.names()).toEqual(['reader', 'old-app'])
    await expect.poll(() => list.row('old-app').innerText()).toMatch(/Client[\s\S]*in 30 days/)
    await choose('old-app', 'Restore')
    await dialog().getByText('its secrets and tokens stay dead').waitFor()
    await dialog().getByRole('button', { name: 'Restore' }).click()
    await expect.poll(() => list.names()).toEqual(['reader'])
    expect((await api('clients/old-app')).enabled).toBe(false)
  })

  test('a name that was given out again is refused in the dialog', async () => {
    await desk.office.post('/realms/default/roles', { name: 'reader' })
    await begin('deleted?sort=-name')
    await choose('reader', 'Restore')
    await dialog().getByRole('button', { name: 'Restore' }).click()
    await page.getByRole('alert').getByText('taken').first().waitFor()
    expect(await list.names()).toEqual(['reader'])
  })
})

describe('health', () => {
  test('the worst first; a finding is mended by a click, after a look at the change', async () => {
    await begin('health?rule=no_pkce')
    await expect.poll(() => list.names()).toEqual(['report', 'tables'])
    await button('Mend require_pkce of Tables').click()
    await expect.poll(() => dialog().locator('tbody tr').innerText()).toBe('require_pkce\tfalse\ttrue')
    await judge(tab)
    await dialog().getByRole('button', { name: 'Mend' }).click()
    await expect.poll(() => list.names()).toEqual(['report'])
    expect((await api('clients/tables')).require_pkce).toBe(true)
  })

  test('many at once, and what nothing mends stays', async () => {
    await begin('health?object_id=report')
    await expect.poll(() => list.names()).toEqual(['report', 'report'])
    await page.getByLabel('Select all rows here').check()
    await page.getByRole('toolbar').getByRole('button', { name: 'Mend' }).click()
    await dialog().getByRole('button', { name: 'Mend 2 findings' }).click()
    await page.getByText('1 finding mended').waitFor()
    await page.getByText('1 finding not mended').waitFor()
    expect((await api('clients/report')).require_pkce).toBe(true)
  })
})

const pages = [
  'audit',
  'events',
  'events/failed-logins',
  'tokens',
  'tokens/sessions',
  'consents',
  'deleted',
  'health',
  'configuration',
]

/** What was asked of the server has come. */
async function shown(of: Page): Promise<void> {
  await of.locator('#page h1').waitFor()
  await of.locator('#page').locator('table[aria-busy="false"], pre, dl, section[class] h2').first().waitFor()
}

test('a viewer sees all of it, and nothing to do', async () => {
  const vera = await desk.open('/realms/default', { as: { username: 'vera', password: USER_PASSWORD } })
  for (const path of pages) {
    await vera.page.goto(`${desk.house.url}/console/realms/default/${path}`)
    await shown(vera.page)
    const doing = vera.page.locator('#page').getByRole('button', { name: /Mend|Release|Restore|Revoke|End|More for/ })
    expect([path, await doing.count(), await vera.page.getByRole('checkbox').count()]).toEqual([path, 0, 0])
  }
  expect(vera.complaints).toEqual([])
  await vera.close()
})

describe.each([
  ['light', 1280],
  ['dark', 1280],
  ['light', 360],
] as const)('%s, %i px wide', (theme, width) => {
  test('every page is accessible and no wider than the window', async () => {
    const [entry] = (await api('audit?action=client.update')).items
    const other = await desk.open('/realms/default', { theme, width })
    for (const path of [...pages, `audit/${entry.at_ms}/${entry.id}`]) {
      await other.page.goto(`${desk.house.url}/console/realms/default/${path}`)
      await shown(other.page)
      await judge(other)
      expect([path, await other.page.evaluate('document.documentElement.scrollHeight <= innerHeight')]).toEqual([
        path,
        true,
      ])
    }
    expect(other.complaints).toEqual([])
    await other.close()
  }, 90_000)
})
