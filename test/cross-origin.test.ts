/** Cross-origin answers at the doors that single-page applications call (Fetch §3.2). */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addClient, type Credentials } from './clients.ts'
import { type House, openHouse } from './house.ts'
import { basic, form } from './requests.ts'

const OWN = 'https://spa.example'
const ANOTHERS = 'https://other.example'
const STRANGE = 'https://stranger.example'

let house: House
let machine: Credentials

beforeAll(async () => {
  house = await openHouse()
  machine = await addClient(house, {
    client_id: 'machine',
    grant_types: ['client_credentials'],
    allowed_cors_origins: [OWN],
  })
  await addClient(house, { client_id: 'other', allowed_cors_origins: [ANOTHERS] })
})

afterAll(() => house.close())

function ask(path: string, origin: string, body: Record<string, string>, headers = basic(machine)): Promise<Response> {
  return fetch(`${house.issuer()}/${path}`, { method: 'POST', body: form(body), headers: { ...headers, origin } })
}

const readers = (response: Response) => response.headers.get('access-control-allow-origin')

test('N059 an answer is for the origins of its client', async () => {
  const token = { grant_type: 'client_credentials' }
  for (const origin of [OWN, ANOTHERS, STRANGE, 'null']) {
    const response = await ask('token', origin, token)
    expect(response.status).toBe(200)
    expect(readers(response), origin).toBe(origin === OWN ? OWN : null)
    expect(response.headers.get('vary')).toBe('Origin')
    expect(response.headers.get('access-control-allow-credentials')).toBeNull()
  }
})

test('N059 so is a refusal of what the client asked', async () => {
  const refused = [
    ['token', { grant_type: 'authorization_code', code: 'x' }, 'unauthorized_client'],
    ['token', { grant_type: 'client_credentials', scope: 'unheard-of' }, 'invalid_scope'],
    ['revoke', {}, 'invalid_request'],
  ] as const
  for (const [path, body, error] of refused) {
    for (const origin of [OWN, ANOTHERS, STRANGE]) {
      const response = await ask(path, origin, body)
      expect(await response.json()).toMatchObject({ error })
      expect(readers(response), `${path} ${origin}`).toBe(origin === OWN ? OWN : null)
    }
  }
})

test('N059 RFC 6750 §3 where no client is known, every origin of the realm may read why', async () => {
  const wrong = basic({ client_id: 'machine', client_secret: 'wrong' })
  const bearer = { authorization: 'Bearer dead' }
  for (const origin of [OWN, ANOTHERS, STRANGE, 'null']) {
    const expected = origin === OWN || origin === ANOTHERS ? origin : null
    const answers = await Promise.all([
      ask('token', origin, { grant_type: 'client_credentials' }, wrong),
      ask('revoke', origin, { token: 'x' }, wrong),
      ask('userinfo', origin, {}, bearer),
    ])
    for (const response of answers) {
      expect(response.status).toBe(401)
      expect(readers(response), `${response.url} ${origin}`).toBe(expected)
      expect(response.headers.has('www-authenticate')).toBe(true)
      const exposed = response.headers.get('access-control-expose-headers') ?? ''
      expect(exposed.includes('www-authenticate')).toBe(expected !== null)
    }
  }
})
