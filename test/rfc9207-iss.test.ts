import { afterAll, beforeAll, expect, test } from 'vitest'
import { Browser } from './browser.ts'
import { addClient, addUser, type Credentials } from './clients.ts'
import { authorizationUrl, authorize, pkce, REDIRECT_URI } from './code-flow.ts'
import { type House, openHouse } from './house.ts'

let house: House
let client: Credentials

beforeAll(async () => {
  house = await openHouse()
  client = await addClient(house, {
    client_id: 'app',
    redirect_uris: [REDIRECT_URI],
    grant_types: ['authorization_code'],
    scope: 'openid',
  })
  await addUser(house, { username: 'alice' })
})

afterAll(() => house.close())

async function metadata(): Promise<Record<string, unknown>> {
  const response = await fetch(`${house.issuer()}/.well-known/openid-configuration`)
  return (await response.json()) as Record<string, unknown>
}

test('N018 §3 the metadata says that answers carry iss', async () => {
  expect((await metadata())['authorization_response_iss_parameter_supported']).toBe(true)
})

test('N018 §2 iss of a code is the issuer of the metadata', async () => {
  const { answer } = await authorize(house, { client, username: 'alice' })
  expect(answer.get('iss')).toBe((await metadata())['issuer'])
})

test.each(['query', 'fragment'])('N018 §2 iss of an error is the issuer of the metadata, in %s', async (mode) => {
  const url = authorizationUrl(house, {
    response_type: 'code',
    response_mode: mode,
    client_id: client.client_id,
    redirect_uri: REDIRECT_URI,
    scope: 'openid',
    prompt: 'none',
    code_challenge: pkce().challenge,
    code_challenge_method: 'S256',
  })
  const page = await new Browser(house.url).open(url)
  const answer = mode === 'query' ? page.url.searchParams : new URLSearchParams(page.url.hash.slice(1))
  expect(answer.get('error')).toBe('login_required')
  expect(answer.get('iss')).toBe((await metadata())['issuer'])
})
