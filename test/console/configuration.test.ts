/** A realm as a file, from the console: taken along, planned as a difference, applied with what was planned. */
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Desk, judge, openDesk, type Tab } from './desk.ts'

let desk: Desk
let tab: Tab
let page: Page

const yaml = `realm:
  display_name: The shop
  token_validity: 3600
roles:
  - name: editor
clients:
  - client_id: web
    client_name: '<script>document.title="owned"</script>'
    redirect_uris:
      - https://shop.example/callback
`

beforeAll(async () => {
  desk = await openDesk()
  await desk.office.post('/realms', { name: 'shop', display_name: 'The shop' })
  await desk.office.post('/realms/shop/roles', { name: 'reader' })
  tab = await desk.open('/realms/shop/configuration')
  page = tab.page
  page.setDefaultTimeout(8000)
}, 180_000)

afterAll(() => desk.close())

const api = async (path: string) => (await desk.office.get(`/realms/shop${path}`)).body
const button = (name: string) => page.getByRole('button', { name, exact: true })
const document = () => page.getByLabel('Document')
const changes = () => page.getByRole('list', { name: 'Changes' }).locator(':scope > li')
const heads = async () =>
  (await changes().locator('summary, div[class*=line]').allInnerTexts()).map((text) =>
    text.replaceAll(/\s+/g, ' ').trim(),
  )

async function begin(path = '/apply'): Promise<void> {
  await page.goto(`${desk.house.url}/console/realms/shop/configuration${path}`)
  await page.locator('#page h1').waitFor()
}

async function plan(text: string, isPruning = false): Promise<void> {
  await document().fill(text)
  if (isPruning) await page.getByRole('switch', { name: 'Delete what the file does not name' }).click()
  await button('Plan').click()
}

test('the export is the file that the API and the command line give', async () => {
  await begin('')
  const saving = page.waitForEvent('download')
  await button('Export as YAML').click()
  const file = await saving
  expect(file.suggestedFilename()).toBe('shop.yaml')
  const { yaml: told } = await api('/configuration')
  expect(await readFile(await file.path(), 'utf8')).toBe(told)
  expect((await page.locator('pre').first().innerText()).trim()).toBe(told.trim())
})

describe('applying a file', () => {
  beforeEach(() => begin())

  test('what is not YAML, and what the realm cannot be, is told with its place', async () => {
    await plan('roles: [')
    await expect.poll(() => document().getAttribute('aria-invalid')).toBe('true')
    await plan('clients:\n  - client_id: one\n    scope: nowhere\n')
    await page.getByText('Line 3, clients.0.scope: the realm has no scope nowhere.').waitFor()
    expect(await changes().count()).toBe(0)
  })

  test('a plan shows what comes and what changes, and what is left alone; nothing is changed by it', async () => {
    await plan(yaml)
    await expect.poll(heads).toEqual(['~ Change realm shop', '+ Create role editor', '+ Create client web'])
    expect(await page.getByText('2 to create, 1 to change, 0 to delete').isVisible()).toBe(true)
    expect(await changes().first().locator('tbody tr').innerText()).toBe('token_validity\t43200\t3600')
    await page.getByText('Not in the file, and left alone').waitFor()
    expect((await api('')).token_validity).toBe(43_200)
    expect(await page.title()).toBe('Import & export · Sallyport')
    await judge(tab)
  })

  test('what is typed after the plan takes the plan away, and what is not planned is guarded', async () => {
    await plan(yaml)
    await expect.poll(() => changes().count()).toBe(3)
    await document().fill(`${yaml}scopes: []\n`)
    await expect.poll(() => changes().count()).toBe(0)
    expect(await button('Apply').count()).toBe(0)
    await button('Back').click()
    await page.getByRole('dialog').getByRole('button', { name: 'Stay here' }).click()
    expect(await document().inputValue()).toContain('scopes: []')
  })

  test('pruning deletes what the sections do not name, and the question says what that means', async () => {
    await plan('roles:\n  - name: editor\n', true)
    await expect.poll(heads).toEqual(['+ Create role editor', '- Delete role reader'])
    await button('Apply').click()
    await page.getByRole('dialog').getByText('recycle bin').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    expect((await api('/roles?name=reader')).total).toBe(1)
  })

  test('a realm that has changed since the plan is not touched', async () => {
    await plan('roles:\n  - name: late\n')
    await expect.poll(heads).toEqual(['+ Create role late'])
    await desk.office.post('/realms/shop/roles', { name: 'meanwhile' })
    await button('Apply').click()
    await page.getByRole('dialog').getByRole('button', { name: 'Apply' }).click()
    await page.getByRole('alert').first().waitFor()
    expect((await api('/roles?name=late')).total).toBe(0)
  })

  test('a chosen file is applied whole, and what was made is shown: secrets this once', async () => {
    const path = join(tmpdir(), `shop-${process.pid}.yaml`)
    await writeFile(path, yaml)
    const choosing = page.waitForEvent('filechooser')
    await button('Choose a file').click()
    await (await choosing).setFiles(path)
    await expect.poll(() => document().inputValue()).toBe(yaml)
    await button('Plan').click()
    await button('Apply').click()
    await page.getByRole('dialog').getByRole('button', { name: 'Apply' }).click()
    await page.getByText('The realm is now what the file says.').waitFor()
    await page.getByRole('heading', { name: 'Client secret of web' }).waitFor()
    expect(await page.getByLabel('The secret').innerText()).toMatch(/^[\w-]{43}\s*$/)
    expect(await api('/clients/web')).toMatchObject({ redirect_uris: ['https://shop.example/callback'] })
    expect((await api('')).token_validity).toBe(3600)
    await judge(tab)
    await button('Apply another file').click()
    await plan(yaml)
    await page.getByText('The realm is what the file says.').waitFor()
    expect(await button('Apply').count()).toBe(0)
  })

  test('N154 secrets are asked for by their references, and one in plain text is refused', async () => {
    const own = 'correct horse battery staple'
    await plan(`clients:\n  - client_id: web\n    client_secret: ${own}\n`)
    await page.getByText(/^Line 3, clients\.0\.client_secret.*does not belong in a file/).waitFor()
    await document().fill(
      'clients:\n  - client_id: nightly\n    grant_types: [client_credentials]\n    client_secret: { env: NIGHTLY }\n',
    )
    await page.getByLabel('env:NIGHTLY', { exact: true }).fill(own)
    await button('Plan').click()
    await expect.poll(heads).toEqual(['+ Create client nightly'])
    expect(await page.getByText(own).count()).toBe(0)
    await button('Apply').click()
    await page.getByRole('dialog').getByRole('button', { name: 'Apply' }).click()
    await page.getByText('The realm is now what the file says.').waitFor()
    expect(await page.getByLabel('The secret').count()).toBe(0)
    expect((await api('/clients/nightly/secrets')).items).toHaveLength(1)
  })
})

test('whoever may only look sees the export, and no way to apply', async () => {
  const password = 'walls have ears but no tongue'
  await desk.office.post('/realms/system/users', { username: 'rita', password, roles: ['realm-viewer:shop'] })
  const rita = await desk.open('/realms/shop/configuration', { as: { username: 'rita', password } })
  await rita.page.getByRole('button', { name: 'Export as YAML' }).waitFor()
  expect(await rita.page.getByRole('link', { name: 'Apply a file' }).count()).toBe(0)
  await rita.page.goto(`${desk.house.url}/console/realms/shop/configuration/apply`)
  await rita.page.getByText('You may look, but not change').waitFor()
  await rita.close()
})

test.each([
  ['dark', 1280],
  ['light', 360],
] as const)('%s, %i px wide: a plan is accessible and no wider than the window', async (theme, width) => {
  const other = await desk.open('/realms/shop/configuration/apply', { theme, width })
  await other.page.getByLabel('Document').fill(`${yaml}scopes: []\n`.replace('editor', 'author'))
  await other.page.getByRole('button', { name: 'Plan', exact: true }).click()
  await other.page.getByRole('list', { name: 'Changes' }).waitFor()
  await judge(other)
  // The window itself never scrolls.
  expect(await other.page.evaluate('document.documentElement.scrollHeight <= innerHeight')).toBe(true)
  expect(other.complaints).toEqual([])
  await other.close()
})
