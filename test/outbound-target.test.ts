import { expect, test } from 'vitest'
import { targetBelow } from '#outbound/target.ts'

test('N164 what is built from a base URL and a path is what was written', () => {
  const base = 'https://api.example/v1'
  expect(targetBelow(base, 'a/b:c/', 'q=[1]')).toBe('https://api.example/v1/a/b:c/?q=[1]')
  expect(targetBelow(`${base}/`, '', '')).toBe('https://api.example/v1/')
  for (const path of [
    '.',
    'a/.',
    '..',
    '%2e',
    'a b',
    'ä',
    'a#b',
    'a?b',
    'a\tb',
    '%',
    '%zz',
    '%7f',
    'x@y',
    '\u2028',
    '..;/x',
    'a/..;b=c/x',
    '.;',
    '%2e%2E;',
    '..%3bx',
    '..%253Bx',
  ]) {
    expect(() => targetBelow(base, path, ''), path).toThrow()
  }
  expect(targetBelow(base, 'a;b=../...;c', '')).toBe('https://api.example/v1/a;b=../...;c')
  for (const query of ['#', 'a b', '\r\n', '%', 'ä']) expect(() => targetBelow(base, 'a', query), query).toThrow()
  expect(() => targetBelow(null, 'a', '')).toThrow()
  expect(() => targetBelow(`${base}?x=1`, 'a', '')).toThrow()
})
