import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isRegisteredRedirectUri, redirectKind } from '#issuer/redirect-uri.ts'

const registered = [
  'https://app.example/cb',
  'https://app.example/q?tenant=1',
  'http://127.0.0.1/cb',
  'com.example.app:/cb',
]

describe('RFC 9700 §2.1 redirect URIs are compared as strings', () => {
  test('what is registered passes', () => {
    for (const uri of registered) expect(isRegisteredRedirectUri(registered, uri), uri).toBe(true)
  })

  test.each([
    'https://app.example/CB',
    'https://App.example/cb',
    'HTTPS://app.example/cb',
    'https://app.example/cb/',
    'https://app.example/cb/extra',
    'https://app.example/cb/..;/other',
    'https://app.example/cb/%2e%2e/other',
    'https://app.example/cb/%252e%252e/other',
    'https://app.example/cb?extra=1',
    'https://app.example/cb?',
    'https://app.example/cb#',
    'https://app.example/cb#fragment',
    'https://app.example:443/cb',
    'https://app.example:8443/cb',
    'https://user@app.example/cb',
    'https://app.example@evil.example/cb',
    'https://a@b@app.example/cb',
    'https://evil.example\\@app.example/cb',
    'https://app.example\\cb',
    'https://app.example/cb\t',
    '\thttps://app.example/cb',
    'https://app.example/cb\r\nset-cookie: a=b',
    'https://app.example/cb ',
    'https://\u0430pp.example/cb',
    '//app.example/cb',
    'http://app.example/cb',
    'https://app.example/q',
    'https://app.example/q?tenant=2',
    'https://app.example/q?tenant=1&tenant=1',
    '',
  ])('N003 %j is not registered', (uri) => {
    expect(isRegisteredRedirectUri(registered, uri)).toBe(false)
  })

  test('N003 no string but the registered one passes', () => {
    const near = fc.tuple(fc.constantFrom(...registered.slice(0, 2)), fc.nat(30), fc.string({ maxLength: 3 }))
    fc.assert(
      fc.property(near, ([uri, at, inserted]) => {
        const odd = uri.slice(0, at) + inserted + uri.slice(at)
        expect(isRegisteredRedirectUri(registered, odd)).toBe(registered.includes(odd))
      }),
    )
  })

  test('N005 a registered host is not a pattern', () => {
    expect(isRegisteredRedirectUri(['https://a.example/cb'], 'https://aXexample/cb')).toBe(false)
    expect(isRegisteredRedirectUri(['https://*.example/cb'], 'https://a.example/cb')).toBe(false)
    expect(isRegisteredRedirectUri(['https://a.example/*'], 'https://a.example/cb')).toBe(false)
    expect(redirectKind('https://*.example/cb')).toBeUndefined()
  })

  test.each([
    'javascript:alert(1)',
    'JavaScript://a.example/%0aalert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:https://a.example/1',
    'about:blank',
    'myapp:/cb',
    'http://app.example/cb',
    'ftp://app.example/cb',
    'https://',
    'https:///cb',
    'http://127.0.0.1:0/cb',
    'http://127.0.0.1:65536/cb',
    `https://app.example/${'a'.repeat(2100)}`,
  ])('N006 %j is refused even where it is registered', (uri) => {
    expect(redirectKind(uri)).toBeUndefined()
    expect(isRegisteredRedirectUri([uri], uri)).toBe(false)
  })
})

describe('RFC 8252 redirect URIs of native applications', () => {
  test('N004 §7.3 the port of a loopback IP literal is free', () => {
    for (const port of ['', ':1', ':49152', ':65535']) {
      expect(isRegisteredRedirectUri(registered, `http://127.0.0.1${port}/cb`)).toBe(true)
      expect(isRegisteredRedirectUri(['http://127.0.0.1:3000/cb'], `http://127.0.0.1${port}/cb`)).toBe(true)
    }
    expect(isRegisteredRedirectUri(['http://[::1]/cb'], 'http://[::1]:49152/cb')).toBe(true)
  })

  test.each([
    'http://localhost:49152/cb',
    'http://localhost/cb',
    'http://[::1]:49152/cb',
    'https://127.0.0.1:49152/cb',
    'http://127.0.0.1:49152/other',
    'http://127.0.0.1:49152/cb?x=1',
    'http://127.0.0.1:49152',
    'http://127.0.0.1:x/cb',
    'http://127.0.0.1:/cb',
    'http://127.0.0.1:80@evil.example/cb',
    'http://127.0.0.1.evil.example/cb',
    'http://127.0.0.1evil.example/cb',
    'http://127.1/cb',
    'http://2130706433/cb',
    'http://0177.0.0.1/cb',
    'http://127.0.0.2/cb',
  ])('N004 %s does not pass for http://127.0.0.1/cb', (uri) => {
    expect(isRegisteredRedirectUri(registered, uri)).toBe(false)
  })

  test('N004 §8.3 localhost is a name: the exact string only', () => {
    expect(isRegisteredRedirectUri(['http://localhost:3000/cb'], 'http://localhost:3000/cb')).toBe(true)
    expect(isRegisteredRedirectUri(['http://localhost:3000/cb'], 'http://localhost:3001/cb')).toBe(false)
    expect(isRegisteredRedirectUri(['http://localhost/cb'], 'http://localhost:3001/cb')).toBe(false)
  })

  test('kinds', () => {
    expect(redirectKind('https://app.example')).toBe('https')
    expect(redirectKind('http://127.0.0.1:8080/cb')).toBe('loopback')
    expect(redirectKind('http://localhost:8080/cb')).toBe('localhost')
    expect(redirectKind('com.example.app:/cb')).toBe('custom')
  })
})
