import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAuthorization } from '#http/authorization.ts'
import { cookieName, forgetCookie, printCookie, readCookie } from '#http/cookies.ts'
import { parseForm } from '#http/form.ts'
import { Refusal } from '#http/refusal.ts'

describe('forms (RFC 6749 appendix B)', () => {
  test('names, values, plus, percent, absent and empty', () => {
    const form = parseForm('grant_type=a+b&scope=%C3%A4%2B&empty=&bare&=nameless&x=1=2')
    expect(form.get('grant_type')).toBe('a b')
    expect(form.get('scope')).toBe('ä+')
    expect(form.get('empty')).toBeUndefined()
    expect(form.get('bare')).toBeUndefined()
    expect(form.get('absent')).toBeUndefined()
    expect(form.get('x')).toBe('1=2')
    expect(form.names).toEqual(['grant_type', 'scope', 'empty', 'bare', '', 'x'])
    expect(form.repeated).toEqual([])
  })

  test('a name that came twice is told, encoded or not, empty or not', () => {
    const form = parseForm('code=a&%63ode=b&resource=x&resource=y&resource=&z=')
    expect(form.repeated).toEqual(['code', 'resource'])
    expect(form.all('resource')).toEqual(['x', 'y'])
    expect(form.names).toEqual(['code', 'resource', 'z'])
  })

  test('names of objects are names like others', () => {
    const form = parseForm('__proto__=a&constructor=b')
    expect(form.get('__proto__')).toBe('a')
    expect(form.get('toString')).toBeUndefined()
  })

  test.each(['a=%', 'a=%4', 'a=%zz', '%=a', 'a=%ff', 'a=%c3', 'a=%ed%a0%80', 'a=%c0%af', 'a=%00', 'a=\0', '%00=a'])(
    'N046 %j is refused',
    (text) => {
      expect(() => parseForm(text)).toThrow(Refusal)
    },
  )

  test('N047 a hundred parameters are enough', () => {
    expect(parseForm('a=b&'.repeat(100)).all('a')).toHaveLength(100)
    expect(() => parseForm('a=b&'.repeat(101))).toThrow(Refusal)
    expect(parseForm('&'.repeat(60_000)).names).toEqual([])
  })

  test('reads what URLSearchParams writes', () => {
    const text = fc.string({ unit: 'binary' }).filter((word) => !word.includes('\0'))
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 100 }), (pairs) => {
        const form = parseForm(new URLSearchParams(pairs).toString())
        for (const [name] of pairs) {
          const values = pairs.filter(([other]) => other === name).map(([, value]) => value)
          expect(form.all(name)).toEqual(values.filter((value) => value !== ''))
          expect(form.repeated.includes(name)).toBe(values.length > 1)
        }
      }),
    )
  })

  test('anything else is read or refused, never a fault', () => {
    const hostile = fc.string({ unit: fc.constantFrom('%', '&', '=', '+', '0', 'f', 'c', '\u00e9', '\0', 'a') })
    fc.assert(
      fc.property(hostile, (text) => {
        try {
          parseForm(text)
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal)
        }
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('the Authorization header (RFC 9110 §11.4)', () => {
  test('N057 the scheme is case-insensitive, the value is as sent', () => {
    expect(parseAuthorization(undefined)).toBeUndefined()
    for (const scheme of ['Bearer', 'bearer', 'BEARER', 'bEaReR']) {
      expect(parseAuthorization(`${scheme} a.B-c~/+1==`)).toEqual({ scheme: 'bearer', value: 'a.B-c~/+1==' })
    }
    expect(parseAuthorization('Basic YTpi')).toEqual({ scheme: 'basic', value: 'YTpi' })
    expect(parseAuthorization('Digest a="b", c=d')).toEqual({ scheme: 'digest', value: 'a="b", c=d' })
    expect(parseAuthorization('Negotiate')).toEqual({ scheme: 'negotiate', value: '' })
  })

  test.each([
    'bearer\tx',
    'bearer  x',
    ' bearer x',
    'bearer x ',
    'bearer x y',
    'bearer x, basic y',
    'bearer',
    'bearer ',
    'bearer x=y',
    'Basic YTpi, Basic YTpi',
    'bearer: x',
    'bearer "x"',
    'bearer \u00e4',
    '',
    ' ',
  ])('N057 %j is malformed', (header) => {
    expect(parseAuthorization(header)).toBe('malformed')
  })
})

describe('cookies (RFC 6265bis)', () => {
  test('N030 the name carries the realm, and on https the prefix that browsers guard', () => {
    expect(cookieName('session', 'one', true)).toBe('__Host-sallyport-session-one')
    expect(cookieName('session', 'one', false)).toBe('sallyport-session-one')
    expect(readCookie('__Host-sallyport-session-one=a', cookieName('session', 'two', true))).toBeUndefined()
    expect(readCookie('__Host-sallyport-session-one-two=a', cookieName('session', 'one', true))).toBeUndefined()
  })

  test('N030 no script, no other path, no other site', () => {
    expect(printCookie('n', 'v', { secure: true })).toBe('n=v; Path=/; HttpOnly; SameSite=Lax; Secure')
    expect(printCookie('n', 'v', { secure: false, maxAgeSeconds: 60 })).toBe(
      'n=v; Path=/; HttpOnly; SameSite=Lax; Max-Age=60',
    )
    expect(forgetCookie('n', true)).toContain('Max-Age=0')
    expect(() => printCookie('n', 'v; Domain=evil', { secure: true })).toThrow(TypeError)
  })

  test('a planted second cookie makes both unbelieved', () => {
    expect(readCookie('a=1; n=x; b=2', 'n')).toBe('x')
    expect(readCookie('n=x; n=y', 'n')).toBeUndefined()
    expect(readCookie('n=; a=1', 'n')).toBeUndefined()
    expect(readCookie('n=a b', 'n')).toBeUndefined()
    expect(readCookie(`${'a=1; '.repeat(60)}n=x`, 'n')).toBeUndefined()
  })
})

describe('N175 hostile input costs in proportion', () => {
  const work: Record<string, (length: number) => unknown> = {
    'a form of percent signs': (length) => parseForm(`a=${'%41'.repeat(length / 3)}`),
    'a form of equals signs': (length) => parseForm('='.repeat(length)),
    'a form of ampersands': (length) => parseForm('&'.repeat(length)),
    'an Authorization of spaces': (length) => parseAuthorization(`a ${' '.repeat(length)}`),
    'an Authorization of equals signs': (length) => parseAuthorization(`bearer ${'='.repeat(length)}`),
    'a cookie of semicolons': (length) => readCookie(`${';'.repeat(length)}n=x`, 'n'),
    'a cookie of blanks': (length) => readCookie(`${' '.repeat(length)}n=x`, 'n'),
  }
  const cpu = (job: () => unknown): number => {
    for (let warm = 0; warm < 20; warm += 1) job()
    const before = process.cpuUsage()
    for (let round = 0; round < 50; round += 1) job()
    const { user, system } = process.cpuUsage(before)
    return user + system
  }
  test.each(Object.entries(work))('%s', (_what, job) => {
    // Quadratic work would be a hundred times as much; the floor keeps clocks of a small machine out of it.
    const small = Math.max(
      cpu(() => job(10_000)),
      2_000,
    )
    expect(cpu(() => job(100_000))).toBeLessThan(15 * small + 20_000)
  })
})
