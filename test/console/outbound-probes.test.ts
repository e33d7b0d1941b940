/** Probes of OAuth servers, as an administrator sets them and sees what came of them. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { probeDue } from '#outbound/probe.ts'
import { openScriptedServer, type ScriptedServer } from '../scripted-server.ts'
import { type Desk, judge, openDesk, type Tab } from './desk.ts'

const root = '/realms/default/oauth-servers'
let desk: Desk
let provider: ScriptedServer
let tab: Tab

beforeAll(async () => {
  provider = await openScriptedServer()
  provider.stand('/token', { json: { access_token: 'one', expires_in: 3600 } })
  desk = await openDesk({ env: { SALLYPORT_EGRESS_ALLOW: '127.0.0.0/8' } })
  tab = await desk.open(root)
}, 120_000)

afterAll(async () => {
  await desk.close()
  await provider.close()
})

const stored = async (slug: string) => (await desk.office.get(`${root}/${slug}`)).body

test('a probe is set in the form, its URL where it needs one; what came of the last stands on the page', async () => {
  const { page } = tab
  const field = (name: string) => page.getByLabel(name, { exact: true })
  const probeUrl = page.getByRole('textbox', { name: 'Probe URL', exact: true })
  const save = page.getByRole('button', { name: 'Save', exact: true })
  const made = await desk.office.post(root, {
    name: 'Probed',
    grant_type: 'client_credentials',
    client_id: 'ours',
    client_secret: 'known-to-both',
    token_endpoint: `${provider.url}/token`,
  })
  expect(made.status, JSON.stringify(made.body)).toBe(201)
  await page.goto(`${desk.house.url}/console${root}/probed`)
  expect(await field('Probe').inputValue()).toBe('')
  expect(await field('Asked every').count()).toBe(0)
  await field('Probe').selectOption({ label: 'Userinfo' })
  await save.click()
  await page.getByText('the probe userinfo needs it').waitFor()
  await field('Probe').selectOption({ label: 'A URL of its API' })
  await probeUrl.fill('https://elsewhere.example/health')
  await save.click()
  await page.getByText('must be at the origin of another URL of this server').waitFor()
  await probeUrl.fill(`${provider.url}/health`)
  expect(await field('Asked every').inputValue()).toBe('300')
  await field('Asked every').fill('600')
  await judge(tab)
  await save.click()
  await page.getByText('Probed is saved, and a token came').waitFor()
  expect(await stored('probed')).toMatchObject({ probe: 'url', probe_every_seconds: 600, last_probe: null })
  expect(await page.getByText('Last probe').count()).toBe(0)
  provider.stand('/health', { status: 403 })
  await probeDue(desk.house.app.context)
  await expect.poll(async () => (await stored('probed')).last_probe).toMatchObject({ works: false, status: 403 })
  await page.reload()
  await page.getByText('The last probe failed').waitFor()
  await page.getByText('Last probe: failed, status 403').waitFor()
  await judge(tab)
})
