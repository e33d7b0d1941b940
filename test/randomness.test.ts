/** Codes, tokens and identifiers: nothing can be guessed from what was seen before (RFC 6749 §10.10). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addClient, addUser, type Credentials } from './clients.ts'
import { authorizationUrl, REDIRECT_URI, type Tokens, tokenRequest, tokensOf } from './code-flow.ts'
import { type House, openHouse } from './house.ts'

const SAMPLE = 40

describe('N176 what is given out', () => {
  let house: House
  let web: Credentials

  beforeAll(async () => {
    house = await openHouse()
    const grant_types = ['authorization_code', 'client_credentials']
    web = await addClient(house, { client_id: 'web', grant_types, redirect_uris: [REDIRECT_URI], scope: 'openid' })
    await addUser(house, { username: 'alice' })
  })
  afterAll(() => house.close())

  /** At least 128 bits in base64url, no repetition, no common beginning, every position used. */
  const looksRandom = (sample: readonly string[]) => {
    expect(new Set(sample).size).toBe(sample.length)
    for (const text of sample) expect(text).toMatch(/^[A-Za-z0-9_-]{22,}$/)
    for (let at = 0; at < 21; at++) {
      expect(new Set(sample.map((text) => text[at])).size, `position ${at}`).toBeGreaterThan(SAMPLE / 5)
    }
    const beginnings = sample.map((text) => text.slice(0, 6))
    expect(new Set(beginnings).size).toBe(sample.length)
    expect(beginnings.toSorted(), 'they do not come in order').not.toEqual(beginnings)
  }

  test('codes, tokens, cookies, ids of requests, secrets', async () => {
    const opaque = await addClient(house, {
      client_id: 'opaque',
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      redirect_uris: [REDIRECT_URI],
      scope: 'openid',
      access_token_format: 'opaque',
    })
    const seen = new Map<string, string[]>()
    const see = (kind: string, text: string | undefined) => seen.set(kind, [...(seen.get(kind) ?? []), text ?? ''])
    const { browser } = await tokensOf(house, { client: web, username: 'alice', scope: 'openid' })
    for (let at = 0; at < SAMPLE; at++) {
      const tokens = await tokensOf(house, { client: opaque, username: 'alice', scope: 'openid', browser })
      see('opaque access token', tokens.access_token)
      see('refresh token', tokens.refresh_token)
      const response = await tokenRequest(house, web, { grant_type: 'client_credentials' })
      const { access_token } = (await response.json()) as Tokens
      const { jti } = JSON.parse(Buffer.from(access_token.split('.')[1] ?? '', 'base64url').toString()) as {
        jti: string
      }
      see('jti', jti.split('.').at(-1))
      const parameters = { response_type: 'code', client_id: 'opaque', redirect_uri: REDIRECT_URI, scope: 'openid' }
      const challenge = { code_challenge: 'A'.repeat(43), code_challenge_method: 'S256' }
      const request = { ...parameters, ...challenge }
      const answer = await browser.open(authorizationUrl(house, request))
      see('code', answer.url.searchParams.get('code') ?? undefined)
      const stranger = await fetch(authorizationUrl(house, request), { redirect: 'manual' })
      see('request', new URL(stranger.headers.get('location') ?? '').searchParams.get('request') ?? undefined)
      see('browser cookie', /=([^;]*)/.exec(stranger.headers.getSetCookie()[0] ?? '')?.[1])
      see('secret', (await addClient(house, { client_id: `s${at}` })).client_secret)
    }
    expect(seen.size).toBe(7)
    for (const sample of seen.values()) looksRandom(sample)
  })
})
