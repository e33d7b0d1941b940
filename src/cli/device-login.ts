/**
 * A person logs in on another device (RFC 8628 as the client walks it). The issuer is the one that the user named, and
 * what its metadata says must be of that issuer (RFC 8414 §3.3); what comes from it is made fit for a terminal.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { CommandFailed, EXIT } from './exit.ts'
import { safe } from './print.ts'
import { askTokenEndpoint, type ClientProof, noToken, parsed, postForm, type TokenAnswer } from './token-request.ts'
import type { WayOut } from './way-out.ts'

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:device_code'
/** RFC 8628 §3.5 */
const SLOW_DOWN_SECONDS = 5

const metadata = z.looseObject({
  issuer: z.string(),
  token_endpoint: z.string(),
  authorization_endpoint: z.string().optional(),
  device_authorization_endpoint: z.string(),
  revocation_endpoint: z.string().optional(),
  userinfo_endpoint: z.string().optional(),
})
export type Metadata = z.infer<typeof metadata>

/** RFC 8628 §3.2 */
const deviceAnswer = z.looseObject({
  device_code: z.string(),
  user_code: z.string(),
  verification_uri: z.string(),
  verification_uri_complete: z.string().optional(),
  expires_in: z.number().positive().max(86_400),
  interval: z.number().min(1).max(600).default(5),
})
export type DeviceAnswer = z.infer<typeof deviceAnswer>

export async function discover(wayOut: WayOut, issuer: string): Promise<Metadata> {
  const { status, body } = await wayOut(`${issuer}/.well-known/openid-configuration`, {})
  const told = metadata.safeParse(parsed(body.toString()))
  if (status !== 200 || !told.success) {
    throw new CommandFailed(
      EXIT.unavailable,
      `${issuer} answers ${status} and not as an issuer with a device flow does`,
    )
  }
  if (told.data.issuer === issuer) return told.data
  throw new CommandFailed(EXIT.refused, `${issuer} says that it is another issuer: ${safe(told.data.issuer)}`)
}

export async function beginLogin(
  wayOut: WayOut,
  endpoint: string,
  { headers, parameters }: ClientProof,
  scope: string | undefined,
): Promise<DeviceAnswer> {
  const body = new URLSearchParams({ ...parameters, ...(scope !== undefined && { scope }) })
  const { status, told } = await postForm(wayOut, endpoint, body, headers)
  const answer = deviceAnswer.safeParse(told)
  if (status === 200 && answer.success) return answer.data
  const refusal = z.looseObject({ error: z.string(), error_description: z.string().optional() }).safeParse(told)
  if (refusal.success) throw noToken({ refusal: refusal.data, status })
  throw new CommandFailed(EXIT.unavailable, `${endpoint} answers ${status} and not as RFC 8628 says`)
}

/** Where the person goes: only what a browser opens, written so that no character of it steers the terminal (N154). */
export function shownUrl(text: string): string {
  const url = URL.parse(text)
  if (url !== null && /^https?:$/.test(url.protocol)) return safe(url.href)
  throw new CommandFailed(EXIT.refused, 'the server names no http or https address to log in at')
}

/** Asks as often as the server allows until the person has answered or the time is over (RFC 8628 §3.5). */
export async function awaitTokens(
  wayOut: WayOut,
  endpoint: string,
  { headers, parameters }: ClientProof,
  { device_code, expires_in, interval }: DeviceAnswer,
): Promise<TokenAnswer> {
  const body = new URLSearchParams({ grant_type: GRANT_TYPE, device_code, ...parameters })
  const end = Date.now() + expires_in * 1000
  let seconds = interval
  while (Date.now() + seconds * 1000 < end) {
    await sleep(seconds * 1000)
    const asked = await askTokenEndpoint(wayOut, endpoint, body, headers).catch(awayForNow)
    if (asked === undefined) {
      seconds *= 2
      continue
    }
    if ('answer' in asked) return asked.answer
    const { error } = asked.refusal
    if (error === 'slow_down') seconds += SLOW_DOWN_SECONDS
    else if (error === 'access_denied') throw new CommandFailed(EXIT.refused, 'the login was cancelled')
    else if (error === 'expired_token') break
    else if (error !== 'authorization_pending') throw noToken(asked)
  }
  throw new CommandFailed(EXIT.refused, 'nobody logged in while the code was valid: begin again')
}

/** A server that is away for a moment does not end a login: the next question comes later. */
function awayForNow(error: unknown): undefined {
  if (error instanceof CommandFailed && error.exitCode === EXIT.unavailable) return undefined
  throw error
}
