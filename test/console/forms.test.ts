/** The form, on the settings of a client: what is checked when, what is kept, and two administrators at one object. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addClient } from '../clients.ts'
import { type Desk, judge, openDesk, type Tab } from './desk.ts'

let desk: Desk
let tab: Tab
let page: Page

beforeAll(async () => {
  desk = await openDesk()
  for (const client_id of ['one', 'two', 'three', 'four']) {
    await addClient(desk.house, {
      client_id,
      client_name: `Client ${client_id}`,
      grant_types: ['authorization_code'],
      redirect_uris: ['https://app.example/callback'],
    })
  }
  tab = await desk.open('/realms/default/clients')
  page = tab.page
}, 120_000)

afterAll(() => desk.close())

const stored = async (id: string) => (await desk.office.get(`/realms/default/clients/${id}`)).body

async function begin(id: string): Promise<void> {
  await page.goto(`${desk.house.url}/console/realms/default/clients/${id}`)
  await page.getByLabel('Description').waitFor()
}

test('only what was changed is sent, and empty rows are let go of', async () => {
  await begin('one')
  await page.getByLabel('Description').fill('the first')
  await page.getByRole('button', { name: 'Add redirect URI', exact: true }).click()
  await page.getByRole('button', { name: 'Submit' }).click()
  await page.getByText('one is saved').waitFor()
  const { description, client_name, redirect_uris } = await stored('one')
  expect({ description, client_name, redirect_uris }).toEqual({
    description: 'the first',
    client_name: 'Client one',
    redirect_uris: ['https://app.example/callback'],
  })
})

test('many lines are pasted at once, and each row says what is wrong with it', async () => {
  await begin('two')
  await page.getByRole('button', { name: 'Add redirect URI', exact: true }).click()
  await page.evaluate(`{
    const data = new DataTransfer()
    data.setData('text', 'https://b.example/callback\\nnot an address')
    document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
  }`)
  await expect
    .poll(() => page.getByLabel('Redirect URIs 2', { exact: true }).inputValue())
    .toBe('https://b.example/callback')
  const wrong = page.getByLabel('Redirect URIs 3', { exact: true })
  expect(await wrong.getAttribute('aria-invalid')).toBe('true')
  await judge(tab)
  await page.getByRole('button', { name: 'Submit' }).click()
  expect(await wrong.getAttribute('aria-invalid')).toBe('true')
  expect((await stored('two')).redirect_uris).toEqual(['https://app.example/callback'])
})

test('nobody leaves with unsaved changes without being asked', async () => {
  await begin('three')
  await page.getByLabel('Description').fill('not saved')
  await page.getByRole('link', { name: 'Home' }).click()
  const dialog = page.getByRole('dialog', { name: 'Leave without saving?' })
  await dialog.getByRole('button', { name: 'Stay here' }).click()
  expect(await page.getByLabel('Description').inputValue()).toBe('not saved')
  await page.getByRole('button', { name: 'Back', exact: true }).click()
  await dialog.getByRole('button', { name: 'Leave' }).click()
  await expect.poll(() => page.url()).not.toContain('/three')
  expect((await stored('three')).description).toBe('')
})

test('two administrators: the second sees what the first has changed, and chooses', async () => {
  await begin('four')
  await page.getByLabel('Description').fill('mine')
  await desk.office.patch('/realms/default/clients/four', { description: 'theirs', client_name: 'Named by them' })
  await page.getByRole('button', { name: 'Submit' }).click()
  const dialog = page.getByRole('dialog', { name: 'Somebody else has changed this meanwhile' })
  await dialog.getByRole('cell', { name: 'theirs' }).waitFor()
  await dialog.getByRole('cell', { name: 'mine' }).waitFor()
  await judge(tab)
  // Who wants to think first goes back to what was typed, and is asked again.
  await page.keyboard.press('Escape')
  await expect.poll(() => dialog.count()).toBe(0)
  expect(await page.getByLabel('Description').inputValue()).toBe('mine')
  expect((await stored('four')).description).toBe('theirs')
  await page.getByRole('button', { name: 'Submit' }).click()
  await dialog.getByRole('button', { name: 'Keep mine' }).click()
  await page.getByText('four is saved').waitFor()
  const { description, client_name } = await stored('four')
  expect({ description, client_name }).toEqual({ description: 'mine', client_name: 'Named by them' })

  await begin('four')
  await page.getByLabel('Description').fill('mine again')
  await desk.office.patch('/realms/default/clients/four', { description: 'theirs again' })
  await page.getByRole('button', { name: 'Submit' }).click()
  await dialog.getByRole('button', { name: 'Take theirs' }).click()
  await expect.poll(() => page.getByLabel('Description').inputValue()).toBe('theirs again')
  expect((await stored('four')).description).toBe('theirs again')
})

test('what was typed stays when what is edited has gone meanwhile, and when it is back', async () => {
  await begin('three')
  const description = page.getByLabel('Description')
  await description.fill('typed by hand')
  await desk.office.delete('/realms/default/clients/three')
  // Whoever comes back to the window has it read again, once what is there is five seconds old.
  const gone = page.getByText('It is not there any more')
  const coming = async () => {
    await page.evaluate(`window.dispatchEvent(new Event('visibilitychange'))`)
    return await gone.count()
  }
  await expect.poll(coming).toBe(1)
  expect(await description.inputValue()).toBe('typed by hand')
  await judge(tab)
  const { items } = (await desk.office.get('/realms/default/deleted?name=three')).body
  expect((await desk.office.post(`/realms/default/deleted/${items[0].id}/restore`)).status).toBe(200)
  await page.getByRole('button', { name: 'Try again' }).click()
  await gone.waitFor({ state: 'detached' })
  expect(await description.inputValue()).toBe('typed by hand')
  await description.fill('')
})

test('what is not there has no parts', async () => {
  await page.goto(`${desk.house.url}/console/realms/default/clients/nobody`)
  await page.getByText('It is not there any more').waitFor()
  expect(await page.getByRole('navigation', { name: 'Parts of this page' }).count()).toBe(0)
  await judge(tab)
})
