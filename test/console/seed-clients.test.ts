/** The list of clients, field by field, in a realm of 2,000: every filter both ways, every sort, Show All, files. */
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { readSheet } from 'read-excel-file/node'
import { extractText, getDocumentProxy } from 'unpdf'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '#contract/client.ts'
import { fill } from '../bench/many-rows.ts'
import { addClient, realmOf } from '../clients.ts'
import { jsonOf } from '../office.ts'
import { basic, form } from '../requests.ts'
import { type Desk, listOf, openDesk } from './desk.ts'

const MANY = 2000
const path = '/realms/default/clients'
const formula = '=HYPERLINK("http://evil.example","x")'
let desk: Desk
let page: Page
let list: ReturnType<typeof listOf>
/** One that a flow has filled. */
let used: Client

beforeAll(async () => {
  desk = await openDesk()
  await fill(desk.house.app.context.db, (await realmOf(desk.house, 'default')).id, MANY)
  for (const [client_id, client_name] of [
    ['sheet-1', formula],
    ['sheet-2', '+1+cmd|calc'],
    ['sheet-3', 'Plain'],
  ] as const) {
    await addClient(desk.house, { client_id, client_name, grant_types: ['client_credentials'], expires_in: 3600 })
  }
  ;[used] = await asked('passthru_user=1&token_created_at=>1')
  page = (await desk.open(path)).page
  list = listOf(page)
}, 180_000)

afterAll(() => desk.close())

async function asked(query: string): Promise<[Client, ...Client[]]> {
  const { status, body } = await desk.office.get(`${path}?page_size=25&${query}`)
  expect([query, status]).toEqual([query, 200])
  return body.items
}

async function begin(query = ''): Promise<void> {
  await page.goto(`${desk.house.url}/console${path}${query}`)
  await expect.poll(() => list.names()).not.toEqual([])
}

const namesOf = (clients: readonly Client[]) => clients.map(({ client_id }) => client_id)

describe('search per field', () => {
  const fields = [
    ['Client ID', 'client_id', () => used.client_id.slice(2, -1)],
    ['Code created at', 'code_created_at', () => `<${String(used.code_created_at)}`],
    ['Token created at', 'token_created_at', () => `>${String(used.token_created_at)}`],
    ['Expires in', 'expires_in', () => '3600'],
    ['Passthru user', 'passthru_user', () => String(used.passthru_user).slice(1, -1)],
  ] as const

  test.each(fields)('%s: applied on Enter, and on leaving the field', async (title, field, valueOf) => {
    const value = valueOf()
    const expected = namesOf(await asked(`${field}=${encodeURIComponent(value)}`))
    expect(expected.length).toBeGreaterThan(0)
    for (const leave of ['Enter', 'Tab']) {
      await begin()
      const before = await list.names()
      expect(before).not.toEqual(expected)
      await list.filter(title).fill(value)
      expect(await list.names()).toEqual(before)
      await page.keyboard.press(leave)
      await expect.poll(() => list.names()).toEqual(expected)
      expect(new URL(page.url()).searchParams.get(field)).toBe(value)
    }
  })

  test('Active: only those that may take part, or only the others', async () => {
    for (const [word, flag] of [
      ['Disabled', 'false'],
      ['Enabled', 'true'],
    ] as const) {
      await begin()
      await list.filter('Enabled').selectOption(word)
      await expect.poll(() => list.names()).toEqual(namesOf(await asked(`enabled=${flag}`)))
    }
  })

  test('several at once: each narrows what the others leave', async () => {
    await begin()
    await list.filter('Client ID').fill('shop-0001')
    await page.keyboard.press('Enter')
    await list.filter('Enabled').selectOption('Disabled')
    const expected = namesOf(await asked('client_id=shop-0001&enabled=false'))
    expect(expected.length).toBeGreaterThan(0)
    await expect.poll(() => list.names()).toEqual(expected)
  })
})

test.each([
  ['Client ID', 'client_id'],
  ['Name', 'client_name'],
  ['Enabled', 'enabled'],
  ['URI', 'client_uri'],
  ['Code created at', 'code_created_at'],
  ['Token created at', 'token_created_at'],
  ['Expires in', 'expires_in'],
  ['Passthru user', 'passthru_user'],
])('sorted by %s, up and down', async (title, field) => {
  const orders: string[][] = []
  await begin()
  for (const [direction, sort] of [
    ['ascending', field],
    ['descending', `-${field}`],
  ] as const) {
    await list.sortBy(title)
    await expect.poll(() => list.header(title).getAttribute('aria-sort')).toBe(direction)
    const expected = namesOf(await asked(`sort=${sort}`))
    await expect.poll(() => list.names()).toEqual(expected)
    orders.push(expected)
  }
  expect(orders[0]).not.toEqual(orders[1])
})

test('Show All of 2,000: few rows are drawn, and the last one is reached', async () => {
  await begin('?client_id=shop-&sort=client_id')
  await page.getByRole('button', { name: 'Show All' }).click()
  await expect.poll(() => list.count().innerText()).toBe('All 2,000 clients')
  expect(Number(await list.table.getAttribute('aria-rowcount'))).toBeGreaterThanOrEqual(MANY)
  expect(await list.rows.count()).toBeLessThan(100)
  await list.rows.first().focus()
  await page.keyboard.press('ArrowDown')
  // The box that scrolls is the nearest one around the table that is lower than what it holds.
  await page.evaluate(`{
    let box = document.querySelector('table[aria-rowcount]')
    while (box.scrollHeight <= box.clientHeight || getComputedStyle(box).overflowY === 'visible') box = box.parentElement
    box.scrollTop = box.scrollHeight
  }`)
  await list.row('shop-001999').waitFor()
  expect(await list.rows.count()).toBeLessThan(100)
  await page.getByRole('button', { name: 'Show pages' }).click()
  await expect.poll(() => list.rows.count()).toBe(25)
})

describe('files, as the browser saves them', () => {
  async function saved(label: string): Promise<Buffer> {
    await page.getByRole('button', { name: 'Export' }).click()
    const saving = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: label }).first().click()
    const file = await readFile(await (await saving).path())
    await page
      .getByText(/saved$/)
      .first()
      .waitFor()
    return file
  }

  test('Excel: the whole filtered list beyond the page, and formulas are text', async () => {
    await begin('?client_id=shop-&sort=client_id')
    const [, ...all] = await readSheet(await saved('Excel, All'))
    expect(all.length).toBe(MANY)
    expect([all[0]?.[0], all.at(-1)?.[0]]).toEqual(['shop-000000', 'shop-001999'])
    await begin('?client_id=sheet-&sort=client_id')
    const [head, ...rows] = await readSheet(await saved('Excel'))
    expect(head?.slice(0, 2)).toEqual(['client_id', 'client_name'])
    expect(rows.map(([id, name]) => [id, name])).toEqual([
      ['sheet-1', `'${formula}`],
      ['sheet-2', "'+1+cmd|calc"],
      ['sheet-3', 'Plain'],
    ])
  })

  test('PDF: the whole filtered list beyond the page', async () => {
    await begin('?client_id=shop-0001&sort=client_id')
    const expected = Array.from({ length: 100 }, (_, index) => `shop-0001${String(index).padStart(2, '0')}`)
    const bytes = new Uint8Array(await saved('PDF, All'))
    const { text } = await extractText(await getDocumentProxy(bytes), { mergePages: true })
    expect(expected.filter((id) => !text.includes(id))).toEqual([])
  })
})

test('N151 hostile names are text: in the list, its menus and its dialogs', async () => {
  const name = '<img src=x onerror="document.title=\'owned\'">‮evil'
  await addClient(desk.house, { client_id: 'hostile', client_name: name, grant_types: ['client_credentials'] })
  await begin('?client_id=hostile')
  expect(await list.row('hostile').innerText()).toContain('<img src=x onerror=')
  await list.row('hostile').focus()
  await page.keyboard.press('Delete')
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  expect(await page.title()).toBe('Clients · Sallyport')
})

describe('one client', () => {
  test('the pencil opens its form; what cannot be changed is no field; deleted, its tokens are refused at once', async () => {
    const observer = await addClient(desk.house, { client_id: 'observer', introspect_all: true })
    const machine = await addClient(desk.house, { client_id: 'pencil', grant_types: ['client_credentials'] })
    const token = await fetch(`${desk.house.issuer()}/token`, {
      method: 'POST',
      headers: basic(machine),
      body: form({ grant_type: 'client_credentials' }),
    }).then(jsonOf)
    const isActive = async () => {
      const body = form({ token: token.access_token })
      const told = await fetch(`${desk.house.issuer()}/introspect`, { method: 'POST', headers: basic(observer), body })
      return (await jsonOf(told)).active
    }
    await begin('?client_id=pencil')
    await list.row('pencil').getByRole('link', { name: 'Edit pencil' }).click()
    await page.getByLabel('Name *').fill('The pencil')
    expect(await page.getByRole('textbox', { name: 'Client ID' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Submit' }).click()
    await page.getByText('pencil is saved').waitFor()
    expect((await desk.office.get(`${path}/pencil`)).body.client_name).toBe('The pencil')
    expect(await isActive()).toBe(true)
    await begin('?client_id=pencil')
    await (await list.openMenu('pencil')).getByRole('menuitem', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await expect.poll(list.names).toEqual([])
    expect((await desk.office.get(`${path}/pencil`)).status).toBe(404)
    expect(await isActive()).toBe(false)
  })

  test('what comes with Sallyport is deleted by no menu, no key, and not among many', async () => {
    await page.goto(`${desk.house.url}/console/realms/system/clients`)
    const row = list.rows.filter({ hasText: 'sallyport-cli' })
    await row.getByText('Built-in').waitFor()
    const menu = await list.openMenu('sallyport-cli')
    await menu.getByRole('menuitem', { name: 'Open' }).waitFor()
    for (const name of ['Delete', 'Disable']) expect(await menu.getByRole('menuitem', { name }).count()).toBe(0)
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('menu').count()).toBe(0)
    await row.focus()
    await page.keyboard.press('Delete')
    expect(await page.getByRole('dialog').count()).toBe(0)
    await row.getByRole('checkbox').check()
    await page.getByRole('toolbar').getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete 1 client' }).click()
    await page.getByText('1 client not deleted').waitFor()
    expect((await desk.office.get('/realms/system/clients/sallyport-cli')).status).toBe(200)
  })
})
