/** One provider's peculiarity: a profile for it, what it then is asked, and how its answer is understood. */
import { expect } from 'vitest'
import type { Profile } from '#oauth-client/profile.ts'
import { requestToken } from '#oauth-client/request-token.ts'
import type { GrantRequest, ServerSettings } from '#oauth-client/settings.ts'
import { GRANTS, PLAIN, settingsOf } from './oauth-client-settings.ts'
import { type Asked, openWay, type Reply, type ScriptedServer } from './scripted-server.ts'

export interface Quirk {
  readonly what: string
  readonly profile?: Partial<Profile>
  readonly settings?: Partial<ServerSettings>
  /** Default: a code. */
  readonly grant?: GrantRequest
  /** Default: plain tokens. */
  readonly reply?: Reply
  /** Of the request. */
  readonly asked?: Partial<Asked>
  /** Names that must not be sent. */
  readonly unsent?: readonly string[]
  /** Of the answer; `lives`: seconds from now, with a second of grace, null where nothing is said. */
  readonly answer?: Readonly<Record<string, unknown>>
  readonly lives?: number | null
}

const TOKENS: Reply = { json: { access_token: 'at', token_type: 'Bearer', expires_in: 3600 } }

export async function play(server: ScriptedServer, quirk: Quirk): Promise<void> {
  const { grant = GRANTS.code, reply = TOKENS, asked = {}, unsent = [], answer = { kind: 'tokens' }, lives } = quirk
  const profile = { ...PLAIN, ...quirk.profile }
  const settings = settingsOf(server.url, { authentication: SECRET, ...quirk.settings, profile })
  server.reset()
  server.next(reply)
  const found = await requestToken(settings, grant, openWay, AbortSignal.timeout(5000))
  expect(found).toMatchObject(answer)
  expect(server.asked).toHaveLength(1)
  expect(server.last()).toMatchObject(asked)
  for (const name of unsent) {
    expect(server.last().parameters).not.toHaveProperty(name)
    expect(server.last().query).not.toHaveProperty(name)
  }
  if (lives === undefined || found.kind !== 'tokens') return
  if (lives === null) expect(found.expires_at).toBeNull()
  else expect(Math.abs((found.expires_at ?? 0) - Date.now() / 1000 - lives)).toBeLessThan(3)
}

export const SECRET = { method: 'client_secret_post', client_secret: 'the-secret-of-thirty-characters' } as const
