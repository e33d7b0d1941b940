import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Refusal } from '#http/refusal.ts'
import { readClaimsParameter } from '#issuer/claims-parameter.ts'

describe('OpenID Connect Core §5.5 the claims parameter', () => {
  test('claims of the ID token are named, members that we do not know are ignored', () => {
    const claims = readClaimsParameter(
      JSON.stringify({
        userinfo: { given_name: { essential: true }, 'http://example.info/claims/groups': null },
        id_token: { name: null, email: { essential: true, purpose: 'x' }, made_up: null },
        more: [1],
      }),
    )
    expect(claims).toEqual({ idTokenClaims: ['name', 'email', 'made_up'], sub: undefined, essentialAcr: undefined })
    expect(readClaimsParameter(undefined).idTokenClaims).toEqual([])
    expect(readClaimsParameter('{}').idTokenClaims).toEqual([])
  })

  test('§5.5.1 a wanted user and an essential acr', () => {
    const claims = readClaimsParameter(
      '{"id_token":{"sub":{"value":"248289761001"},"acr":{"essential":true,"values":["urn:a",1]}}}',
    )
    expect(claims.sub).toBe('248289761001')
    expect(claims.essentialAcr).toEqual(['urn:a'])
    expect(readClaimsParameter('{"id_token":{"acr":{"essential":true}}}').essentialAcr).toBeUndefined()
    expect(readClaimsParameter('{"id_token":{"acr":{"values":["urn:a"]}}}').essentialAcr).toBeUndefined()
  })

  test.each([
    '',
    '[]',
    'null',
    '"x"',
    '{',
    '{"id_token":[]}',
    '{"id_token":1}',
    '{"userinfo":"x"}',
    '{"id_token":{"name":true}}',
    '{"id_token":{"sub":{"value":1}}}',
    '{"id_token":{},"id_token":{"name":null}}',
    `{"id_token":{"name":${'['.repeat(2000)}${']'.repeat(2000)}}}`,
    `{"x":"${'a'.repeat(5000)}"}`,
  ])('N024 %.40s is invalid_request', (parameter) => {
    expect(() => readClaimsParameter(parameter)).toThrow(expect.objectContaining({ error: 'invalid_request' }))
  })

  test('N024 whatever is sent is read or refused', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.json().map((json) => `{"id_token":${json}}`),
        ),
        (parameter) => {
          try {
            expect(readClaimsParameter(parameter).idTokenClaims).toBeInstanceOf(Array)
          } catch (error) {
            expect(error).toBeInstanceOf(Refusal)
          }
        },
      ),
    )
  })

  test('N024 names from prototypes are names', () => {
    expect(readClaimsParameter('{"id_token":{"__proto__":null,"constructor":null}}').idTokenClaims).toEqual([
      '__proto__',
      'constructor',
    ])
  })
})
