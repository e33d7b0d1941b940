import { describe, expect, test } from 'vitest'
import { isPunycode, lookAlikeOf } from '#admin/look-alike.ts'

describe('hosts that a person could mistake for one another', () => {
  test.each([
    ['app.exarnple', 'app.example'],
    ['app.examp1e', 'app.example'],
    ['app.exampl', 'app.example'],
    ['app-example', 'app.example'],
    ['app.example.evil.test', 'app.example'],
    ['xn--pp-8cd.example', 'app.example'],
    ['app.example:8443', 'app.example'],
    ['xn--80ak6aa92e.com', 'apple.com'],
  ])('%s looks like %s', (host, known) => {
    expect(lookAlikeOf(host, ['other.test', known])).toBe(known)
  })

  test.each([
    ['app.example', ['app.example']],
    ['shop.test', ['app.example']],
    ['a.io', ['b.io']],
    ['app.example', []],
  ])('%s is nothing like %j', (host, known) => {
    expect(lookAlikeOf(host, known)).toBeNull()
  })

  test('a label in punycode is told, wherever it stands', () => {
    expect(['xn--pp-8cd.example', 'a.XN--pp-8cd.example', 'example.xn--p1ai'].map(isPunycode)).toEqual([
      true,
      true,
      true,
    ])
    expect(['app.example', 'axn--b.example'].map(isPunycode)).toEqual([false, false])
  })
})
