import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AnswerRules } from '#oauth-client/profile.ts'
import { readTokenAnswer } from '#oauth-client/read-answer.ts'
import { showAnswer } from '#oauth-client/show.ts'
import { GRANTS, NOW, PLAIN, rawOf, settingsOf } from './oauth-client-settings.ts'

const settings = settingsOf('https://op.example')

describe('whatever comes', () => {
  const answerRules: fc.Arbitrary<AnswerRules> = fc.record(
    {
      format: fc.constantFrom('json' as const, 'form' as const, 'xml' as const),
      root: fc.constantFrom('data', 'a.b', ''),
      expiry: fc.record({
        source: fc.constantFrom('seconds', 'milliseconds', 'unix_seconds', 'date', 'clock', 'jwt', 'introspection'),
      }),
      success: fc.record({ path: fc.string(), equals: fc.array(fc.string()) }),
    },
    { requiredKeys: [] },
  )
  const bodies = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc
      .record(
        {
          access_token: fc.anything(),
          expires_in: fc.anything(),
          refresh_token: fc.anything(),
          scope: fc.anything(),
          error: fc.anything(),
          data: fc.anything(),
        },
        { requiredKeys: [] },
      )
      .map((value) => safeJson(value)),
    fc.string().map((text) => `<a><b>${text}</b></a>`),
    fc.string().map((text) => `access_token=${text}`),
  )

  test('N161 the end is tokens or a refusal', () => {
    fc.assert(
      fc.property(bodies, fc.integer({ min: 200, max: 599 }), answerRules, (body, status, answer) => {
        const profile = { ...PLAIN, answer }
        const found = readTokenAnswer({ ...settings, profile }, GRANTS.refresh, rawOf(body, { status }), NOW)
        expect(['tokens', 'refused']).toContain(found.kind)
        expect(found.kind === 'refused' && /[^\x20-\x7e]/.test(found.code)).toBe(false)
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    ['['.repeat(500_000)],
    [`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    [`${'<a>'.repeat(20_000)}${'</a>'.repeat(20_000)}`],
    [`a=${'&a='.repeat(300_000)}`],
  ])('deep and long bodies', (body) => {
    expect(readTokenAnswer(settings, GRANTS.refresh, rawOf(body), NOW)).toMatchObject({ kind: 'refused' })
  })
})

describe('N175 the work grows with the text and not faster', () => {
  test.each([
    ['eyJ', 300_000],
    ['-eyJ', 300_000],
    ['eyJ.', 300_000],
    ['-----BEGIN ', 90_000],
    ['Basic ', 150_000],
    ['%', 1_000_000],
    ['<a>', 20_000],
  ])('%j, %i times, in what people may see of it', (part, times) => {
    const text = part.repeat(times)
    const raw = rawOf({ error: text, error_description: text, secret: text }, { status: 400 })
    expect(readTokenAnswer(settings, GRANTS.refresh, raw, NOW)).toMatchObject({ kind: 'refused' })
    expect(showAnswer(settings, GRANTS.refresh, raw).body.length).toBeLessThanOrEqual(10_001)
    const page = rawOf(text, { headers: { 'content-type': text.slice(0, 16_000) } })
    expect(showAnswer(settings, GRANTS.refresh, page).body.length).toBeLessThanOrEqual(10_001)
  })

  test('an answer of a hundred thousand secrets is not shown', () => {
    const raw = rawOf({ tokens: Array.from({ length: 100_000 }, (_, index) => `token-${index}`) })
    expect(showAnswer(settings, GRANTS.refresh, raw).body).toBe('[blanked]')
  })
})

describe('N171 what cannot be read gives no token away', () => {
  test.each([
    ['broken JSON', '{"access_token":"short","token_type":"Bearer"'],
    ['two documents', '{"ok":true}{"refresh_token":"short"}'],
    ['a name in capitals', '{"ACCESS_TOKEN": "short"'],
    ['a name of its own', '{"ticket":"a-ticket-of-thirty-characters-"'],
    ['an escaped name', '{"acc\\u0065ss_tok\\u0065n":"short-or-long-0123456789"'],
    ['text around it', 'OK access_token=short'],
    ['a page', '<html><title>Done</title><input name="access_token" value="short"></html>'],
    ['a page that only shows it', '<!doctype html><p>0123456789-short-9876543210</p>'],
  ])('%s', (_, body) => {
    const shown = showAnswer(settings, GRANTS.refresh, rawOf(body)).body
    expect(shown).not.toContain('short')
    expect(shown).not.toContain('thirty')
    expect(shown).toContain('[blanked]')
  })

  test('cut off in the middle of a token', () => {
    const shown = showAnswer(settings, GRANTS.refresh, rawOf('{"id_token":"shor', { truncated: true }))
    expect(shown.body).toBe('{"id_token [blanked]')
  })

  test('a proxy that answers a page is still known by it', () => {
    const page = '<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>'
    expect(showAnswer(settings, GRANTS.refresh, rawOf(page, { status: 502 })).body).toBe(page)
  })
})

function safeJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    return '{}'
  }
}
