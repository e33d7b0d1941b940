import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Sent } from '#oauth-client/answer.ts'
import { readSent, requestToken, sendTokenRequest } from '#oauth-client/request-token.ts'
import type { GrantRequest, ServerSettings } from '#oauth-client/settings.ts'
import { CLIENT, SERVER } from './certificates.ts'
import { GRANTS, NOW, PLAIN, settingsOf } from './oauth-client-settings.ts'
import { openScriptedServer, openWay, rotating, type ScriptedServer } from './scripted-server.ts'

let server: ScriptedServer
let secure: ScriptedServer
const authorities = getCACertificates('default')
beforeAll(async () => {
  const tls = { ...SERVER, requestCert: true, ca: CLIENT.cert, rejectUnauthorized: true }
  ;[server, secure] = await Promise.all([openScriptedServer(), openScriptedServer(tls)])
})
afterAll(async () => {
  setDefaultCACertificates(authorities)
  await Promise.all([server.close(), secure.close()])
})
beforeEach(() => {
  server.reset()
  secure.reset()
  setDefaultCACertificates([...authorities, SERVER.cert])
})

function send(
  changes: Partial<ServerSettings> = {},
  timeoutMs = 5000,
  grant: GrantRequest = GRANTS.refresh,
): Promise<Sent> {
  return sendTokenRequest(settingsOf(server.url, changes), grant, openWay, AbortSignal.timeout(timeoutMs))
}

function classOf(sent: Sent, grant: GrantRequest = GRANTS.refresh): string {
  const answer = readSent(settingsOf(server.url), grant, sent, NOW)
  return answer.kind === 'refused' ? answer.class : answer.kind
}

const TOKENS = { json: { access_token: 'at', expires_in: 60 } }

describe('what is known of the end of a request', () => {
  test('an answer is kept as it came, with the few headers that say something', async () => {
    server.next({ status: 429, headers: { 'retry-after': '7', 'set-cookie': 'a=b' }, text: '{"error":"slow_down"}' })
    const sent = await send()
    expect(sent).toMatchObject({ kind: 'answer', raw: { status: 429, body: '{"error":"slow_down"}' } })
    expect(sent.kind === 'answer' && Object.keys(sent.raw.headers).toSorted()).toEqual([
      'content-type',
      'date',
      'retry-after',
    ])
    expect(JSON.parse(JSON.stringify(sent))).toEqual(sent)
  })

  test('503 twice, then success: each is an answer of its own, nothing is sent again by itself', async () => {
    server.next({ status: 503 }, { status: 503 }, TOKENS)
    expect([classOf(await send()), classOf(await send()), classOf(await send())]).toEqual([
      'transient',
      'transient',
      'tokens',
    ])
    expect(server.asked).toHaveLength(3)
  })

  test.each([
    ['http://127.0.0.1:1/token', 'ECONNREFUSED', 'transient'],
    ['https://nothing.invalid/token', 'name_unknown', 'transient'],
    ['http://10.0.0.1/token', 'address_closed', 'server_settings'],
    ['nonsense', 'address_closed', 'server_settings'],
  ])('%s is surely not sent', async (url, code, kind) => {
    const sent = await send({ token_endpoint: url })
    expect(sent).toMatchObject({ kind: 'not_sent', code })
    expect(classOf(sent)).toBe(kind)
  })

  test('what was read and never answered has an unknown outcome, and what may be repeated is only late', async () => {
    for (const drop of ['before_answer', 'in_answer'] as const) {
      server.next({ ...TOKENS, drop })
      const sent = await send()
      expect(sent.kind).toBe('no_answer')
      expect(classOf(sent)).toBe('unknown_outcome')
      expect(classOf(sent, GRANTS.code)).toBe('unknown_outcome')
      expect(classOf(sent, GRANTS.client)).toBe('transient')
    }
    expect(server.asked).toHaveLength(2)
  })

  test('silence ends with the time that the caller has', async () => {
    server.next({ ...TOKENS, delayMs: 1000 })
    const sent = await send({}, 100)
    expect(sent).toMatchObject({ kind: 'no_answer', code: 'timeout' })
    const profile = { ...PLAIN, refresh_token: { rotation: 'none' } } as const
    expect(readSent(settingsOf(server.url, { profile }), GRANTS.refresh, sent, NOW)).toMatchObject({
      class: 'transient',
    })
  })

  test('N161 an answer of 10 MB is not read to its end', async () => {
    server.next({ ...TOKENS, paddingBytes: 10 * 1024 * 1024 })
    const sent = await send()
    expect(sent).toMatchObject({ kind: 'answer', raw: { status: 200, truncated: true } })
    expect(sent.kind === 'answer' && sent.raw.body.length).toBe(16 * 1024)
    expect(readSent(settingsOf(server.url), GRANTS.refresh, sent, NOW)).toMatchObject({
      kind: 'refused',
      class: 'malformed',
      code: 'truncated',
    })
  })

  test('N166 a redirect is not followed', async () => {
    server.stand('/token', { status: 307, headers: { location: '/token' } })
    expect(await requestToken(settingsOf(server.url), GRANTS.client, openWay, AbortSignal.timeout(5000))).toMatchObject(
      {
        kind: 'refused',
        class: 'server_settings',
        code: 'redirect',
      },
    )
    expect(server.asked).toHaveLength(1)
  })
})

describe('TLS', () => {
  const changes = (certificate: string, key: string): Partial<ServerSettings> => ({
    token_endpoint: `${secure.url}/token`,
    authentication: { method: 'tls_client_auth', certificate, private_key: key },
  })

  test('RFC 8705 §2 the certificate says who we are', async () => {
    secure.next(TOKENS)
    expect(classOf(await send(changes(CLIENT.cert, CLIENT.key)))).toBe('tokens')
    expect(secure.last()).toMatchObject({ certificate: 'us' })
    expect(secure.last().parameters).toMatchObject({ client_id: 'us' })
    expect(secure.last().parameters).not.toHaveProperty('client_secret')
  })

  test.each([
    ['a certificate that is none', 'x', 'y'],
    ['a key of another certificate', CLIENT.cert, SERVER.key],
  ])('%s: not sent, and a matter of the settings', async (_, certificate, key) => {
    secure.next(TOKENS)
    const sent = await send(changes(certificate, key))
    expect([sent.kind, classOf(sent)]).toEqual(['not_sent', 'server_settings'])
    expect(secure.asked).toEqual([])
  })

  test('no certificate or another: the connection breaks when it stood already, and nobody knows', async () => {
    for (const sent of [
      await send({ token_endpoint: `${secure.url}/token` }),
      await send(changes(SERVER.cert, SERVER.key)),
    ]) {
      expect([sent.kind, classOf(sent), classOf(sent, GRANTS.client)]).toEqual([
        'no_answer',
        'unknown_outcome',
        'transient',
      ])
    }
    expect(secure.asked).toEqual([])
  })

  test('a server that nobody vouches for gets nothing', async () => {
    setDefaultCACertificates(authorities)
    const sent = await send(changes(CLIENT.cert, CLIENT.key))
    expect([sent.kind, classOf(sent)]).toEqual(['not_sent', 'server_settings'])
  })
})

describe('the scripted server itself', () => {
  async function refresh(token: string): Promise<string> {
    const settings = settingsOf(server.url)
    const grant = { type: 'refresh_token', refresh_token: token } as const
    const answer = await requestToken(settings, grant, openWay, AbortSignal.timeout(5000))
    return answer.kind === 'tokens' ? (answer.refresh_token ?? '') : answer.code
  }

  test('rotation without grace: a spent token ends the family', async () => {
    server.stand('/token', rotating({ graceMs: 0 }))
    const settings = settingsOf(server.url)
    const first = await requestToken(settings, GRANTS.code, openWay, AbortSignal.timeout(5000))
    expect(first).toMatchObject({ refresh_token: 'f0.0' })
    expect([await refresh('f0.0'), await refresh('f0.1')]).toEqual(['f0.1', 'f0.2'])
    expect([await refresh('f0.0'), await refresh('f0.2')]).toEqual(['invalid_grant', 'invalid_grant'])
  })

  test('rotation with grace: a spent token is answered with its successor', async () => {
    server.stand('/token', rotating({ graceMs: 60_000 }))
    await requestToken(settingsOf(server.url), GRANTS.code, openWay, AbortSignal.timeout(5000))
    expect([await refresh('f0.0'), await refresh('f0.0'), await refresh('f0.1')]).toEqual(['f0.1', 'f0.1', 'f0.2'])
  })
})
