import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { launchBrowser } from './chromium.ts'

const page = '<!doctype html><title>plain</title><h1>Hello</h1><script>document.title = "scripted"</script>'
const server = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(page))

afterAll(() => server.close())

test('a real browser loads a page, runs its script and draws it', { timeout: 120_000 }, async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const browser = await launchBrowser()
  const tab = await browser.newPage({ viewport: { width: 360, height: 640 } })
  await tab.goto(`http://127.0.0.1:${port}/`)
  expect(await tab.title()).toBe('scripted')
  const picture = await tab.screenshot()
  expect(picture.subarray(1, 4).toString()).toBe('PNG')
  expect(picture.length).toBeGreaterThan(1000)
  await browser.close()
})
