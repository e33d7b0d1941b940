/** The token endpoint (RFC 6749 §3.2) as the command line asks it, and how a client proves who it is. */
import { z } from 'zod'
import type { Credentials } from './credentials.ts'
import { CommandFailed, EXIT } from './exit.ts'
import { safe } from './print.ts'
import type { WayOut } from './way-out.ts'

/** RFC 6749 §5.1 */
const tokenAnswer = z.looseObject({
  access_token: z.string(),
  token_type: z.string(),
  expires_in: z.number().optional(),
  scope: z.string().optional(),
  refresh_token: z.string().optional(),
  id_token: z.string().optional(),
})
export type TokenAnswer = z.infer<typeof tokenAnswer>

/** RFC 6749 §5.2 */
const tokenRefusal = z.looseObject({ error: z.string(), error_description: z.string().optional() })
export type TokenRefusal = z.infer<typeof tokenRefusal>

export type Asked = { readonly answer: TokenAnswer } | { readonly refusal: TokenRefusal; readonly status: number }

/** How a client says who it is (RFC 6749 §2.3.1). */
export interface ClientProof {
  readonly clientId: string
  readonly headers: Readonly<Record<string, string>>
  readonly parameters: Readonly<Record<string, string>>
}

export const proofMethods = ['client_secret_basic', 'client_secret_post'] as const

/** Without a secret: a public client. */
export function proofOf(
  clientId: string,
  clientSecret: string | undefined,
  method: (typeof proofMethods)[number],
): ClientProof {
  const named = { client_id: clientId }
  if (clientSecret === undefined) return { clientId, headers: {}, parameters: named }
  if (method === 'client_secret_post') {
    return { clientId, headers: {}, parameters: { ...named, client_secret: clientSecret } }
  }
  // Both are form-encoded before they are joined.
  const pair = `${formEncoded(clientId)}:${formEncoded(clientSecret)}`
  return { clientId, headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }, parameters: {} }
}

/** By client credentials. Fails with the server's own words when it refuses. */
export async function requestToken(
  wayOut: WayOut,
  endpoint: string,
  { clientId, clientSecret }: Credentials,
  scope: string | undefined,
): Promise<TokenAnswer> {
  const body = new URLSearchParams({ grant_type: 'client_credentials' })
  if (scope !== undefined) body.set('scope', scope)
  const { headers } = proofOf(clientId, clientSecret, 'client_secret_basic')
  const asked = await askTokenEndpoint(wayOut, endpoint, body, headers)
  if ('answer' in asked) return asked.answer
  throw noToken(asked)
}

/** One question; what else than tokens or a refusal comes back ends the command. */
export async function askTokenEndpoint(
  wayOut: WayOut,
  endpoint: string,
  body: URLSearchParams,
  headers: Readonly<Record<string, string>> = {},
): Promise<Asked> {
  const { status, told } = await postForm(wayOut, endpoint, body, headers)
  const answer = tokenAnswer.safeParse(told)
  if (status === 200 && answer.success) return { answer: answer.data }
  const refusal = tokenRefusal.safeParse(told)
  if (refusal.success) return { refusal: refusal.data, status }
  throw new CommandFailed(EXIT.unavailable, `${endpoint} answers ${status} and not as a token endpoint does`)
}

/** The server's own words. */
export function noToken({ refusal, status }: Extract<Asked, { refusal: unknown }>): CommandFailed {
  const { error, error_description: description } = refusal
  const exitCode = status >= 500 ? EXIT.unavailable : EXIT.refused
  return new CommandFailed(exitCode, `no token: ${safe(error)}${description ? `, ${safe(description)}` : ''}`)
}

/** A form out, JSON back; undefined where it is none. */
export async function postForm(
  wayOut: WayOut,
  endpoint: string,
  body: URLSearchParams,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly told: unknown }> {
  const answer = await wayOut(endpoint, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: String(body),
  })
  return { status: answer.status, told: parsed(answer.body.toString()) }
}

function formEncoded(text: string): string {
  return String(new URLSearchParams({ '': text })).slice(1)
}

/** JSON; undefined for anything else. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
