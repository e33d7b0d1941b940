import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { assetRoutes } from '#http/assets.ts'
import { contrast, textOn } from '#http/colour.ts'
import type { Response } from '#http/message.ts'
import { autoSubmitPage, formActionSource, html, page } from '#http/page.ts'
import { openServer, sendRaw, type TestServer } from './http-server.ts'

function policyOf(response: Response): Map<string, string> {
  const policy = String(response.headers['content-security-policy'])
  return new Map(policy.split('; ').map((directive) => [directive.split(' ')[0] ?? '', directive]))
}

function textOf({ body }: Response): string {
  if (typeof body !== 'string') throw new TypeError('a page is text')
  return body
}

describe('templates', () => {
  test('what is put in is escaped, what a template made is not', () => {
    const name = `<img src=x onerror="a('b')">&`
    expect(html`<p title="${name}">${[html`<b>`, 1, undefined, '&']}</p>`.text).toBe(
      '<p title="&lt;img src=x onerror=&quot;a(&#39;b&#39;)&quot;&gt;&amp;"><b>1&amp;</p>',
    )
  })

  test('no text opens a tag or ends an attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', 'a') }), (text) => {
        expect(html`${text}`.text).not.toMatch(/[<>"']/)
      }),
    )
  })
})

describe('N021 headers of pages', () => {
  const redirect = 'https://app.example:8443/callback?x=1'
  const answer = page({
    title: 'Title',
    status: 200,
    body: html`<h1>Body</h1>`,
    realm: { display_name: '<Realm>', colour: '#FFD400', logo_uri: 'https://cdn.example/a;b.png?v=1' },
    formAction: [formActionSource(redirect)],
  })

  test('nothing frames it, scripts it or keeps it, and forms lead where they may', () => {
    expect(Object.fromEntries(policyOf(answer))).toEqual({
      'default-src': "default-src 'none'",
      'style-src': expect.stringMatching(/^style-src 'self' 'sha256-[A-Za-z0-9+/=]+'$/),
      'img-src': "img-src 'self' data: https://cdn.example/a%3bb.png",
      'form-action': "form-action 'self' https://app.example:8443",
      'frame-ancestors': "frame-ancestors 'none'",
      'base-uri': "base-uri 'none'",
    })
    expect(answer.headers).toMatchObject({
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
    })
  })

  test('the realm’s name is text, its colour is a colour or nothing', () => {
    expect(answer.body).toContain('&lt;Realm&gt;')
    expect(answer.body).toContain(':root{--brand:#ffd400;--on-brand:#14181d}')
    for (const colour of ['red', '#fff', '#123456;}', null]) {
      const plain = page({ title: '', status: 200, body: html``, realm: { display_name: 'a', colour } })
      expect(plain.body).not.toContain('--brand')
    }
  })

  test('a source that would end its directive is refused', () => {
    const broken = () =>
      page({ title: '', status: 200, body: html``, formAction: ["https://a; script-src 'unsafe-inline'"] })
    expect(broken).toThrow(TypeError)
  })

  test('the source of a redirect URI: its origin, or its scheme where it has none', () => {
    expect(formActionSource('http://127.0.0.1:3000/a')).toBe('http://127.0.0.1:3000')
    expect(formActionSource('http://[::1]:3000/a')).toBe('http:')
    expect(formActionSource('com.example.app:/callback')).toBe('com.example.app:')
  })

  test('text on any colour has a contrast of 4.5 or more (WCAG 2.2 §1.4.3)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffff }), (value) => {
        const colour = `#${value.toString(16).padStart(6, '0')}`
        // Where both are near the middle neither of two colours can do better than the square root of 21.
        expect(contrast(colour, textOn(colour))).toBeGreaterThanOrEqual(4.2)
      }),
    )
  })
})

test('N022 the form_post page escapes its values and submits by itself or by a button', () => {
  const answer = autoSubmitPage({
    action: 'https://app.example/cb',
    fields: [['state', '"><script>alert(1)</script>']],
  })
  const policy = policyOf(answer)
  expect(policy.get('script-src')).toMatch(/^script-src 'sha256-[A-Za-z0-9+/=]+'$/)
  expect(policy.get('form-action')).toBe("form-action 'self' https://app.example")
  expect(answer.body).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"')
  expect(textOf(answer).match(/<script/g)).toHaveLength(1)
  expect(answer.body).toContain('<button id="continue" type="submit">')
})

describe('assets', () => {
  let house: TestServer
  beforeAll(async () => {
    house = await openServer(() => assetRoutes())
  })
  afterAll(() => house.server.close(1))

  test('the stylesheet may be kept for ever under its name', async () => {
    const path = /href="(\/assets\/page-[\w-]+\.css)"/.exec(textOf(page({ title: '', status: 200, body: html`` })))?.[1]
    const response = await fetch(house.url + path)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/css; charset=utf-8')
    expect(response.headers.get('cache-control')).toContain('immutable')
  })

  test.each([
    '/assets/',
    '/assets/../package.json',
    '/assets/%2e%2e%2fpage.ts',
    '/assets/.env',
    '/assets/page.css',
    '/assets/a%00.css',
  ])('N177 %s is nothing', async (path) => {
    const answer = await sendRaw(house.port, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 40[04] /)
  })
})
