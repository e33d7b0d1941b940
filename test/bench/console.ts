/**
 * P10: the console in a real browser on the same machine: what the first load brings, and how soon a list of 10,000 rows
 * can be used, from the click on Show All to the rows being there and the page answering again.
 */
import type { Page } from 'playwright-core'
import { ensureConsole } from '../../scripts/console.mjs'
import { launchBrowser } from '../chromium.ts'
import { realmOf } from '../clients.ts'
import { adminOffice } from '../office.ts'
import type { Row } from './main.ts'
import { fill } from './many-rows.ts'
import { median, ROUNDS } from './rounds.ts'
import { PASSWORD, prepare } from './sallyport.ts'

const COUNT = 10_000
const REALM = 'large'

export async function consoleFigures(): Promise<readonly Row[]> {
  await ensureConsole()
  const prepared = await prepare(async (house) => {
    await (await adminOffice(house)).post('/realms', { name: REALM })
    await fill(house.app.context.db, (await realmOf(house, REALM)).id, COUNT)
  })
  const [server, browser] = await Promise.all([prepared.start(), launchBrowser()])
  try {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage()
    const list = `http://localhost:${prepared.port}/console/realms/${REALM}/clients`
    const kilobytes = await firstLoad(page, list)
    const seconds: number[] = []
    for (let round = 0; round <= ROUNDS; round++) seconds.push(await showAll(page, list))
    const row = (what: string, reached: string, wanted: string): Row => ({ name: 'P10', what, reached, wanted })
    return [
      row(
        'scripts and styles up to the first rows of the list of clients, as sent, with headers',
        `**${kilobytes.toFixed(0)} kB**`,
        '≤ 250 kB',
      ),
      row(`Show All of ${COUNT} clients`, `**${median(seconds.slice(1)).toFixed(2)} s**`, '≤ 1 s'),
    ]
  } finally {
    await browser.close()
    await server.stop()
    prepared.remove()
  }
}

/** Signs in, and comes back with an empty cache: the bytes of scripts and styles up to the first rows. */
async function firstLoad(page: Page, list: string): Promise<number> {
  await page.goto(list)
  await page.getByLabel('Username or e-mail address').fill('admin')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.locator('tbody tr[data-row]').first().waitFor()
  const session = await page.context().newCDPSession(page)
  await session.send('Network.clearBrowserCache')
  await session.send('Network.enable')
  const types = new Map<string, string>()
  let bytes = 0
  session.on('Network.responseReceived', ({ requestId, type }) => void types.set(requestId, type))
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (/^(Script|Stylesheet)$/.test(types.get(requestId) ?? '')) bytes += encodedDataLength
  })
  await page.goto(list)
  await page.locator('tbody tr[data-row]').first().waitFor()
  return bytes / 1000
}

async function showAll(page: Page, list: string): Promise<number> {
  await page.goto(list)
  await page.locator('tbody tr[data-row]').first().waitFor()
  const began = performance.now()
  await page.getByRole('button', { name: 'Show All' }).click()
  await page
    .getByRole('status')
    .filter({ hasText: /^All 10,\d+ clients$/ })
    .waitFor()
  await page.locator('table[aria-busy=false]').waitFor()
  // Two frames: what was decided is drawn, and the page is free again.
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
  return (performance.now() - began) / 1000
}
