/** The client credentials grant (RFC 6749 §4.4) as the command line asks for it. */
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
})
export type TokenAnswer = z.infer<typeof tokenAnswer>

/** RFC 6749 §5.2 */
const tokenRefusal = z.looseObject({ error: z.string(), error_description: z.string().optional() })

/** Fails with the server's own words when it refuses. */
export async function requestToken(
  wayOut: WayOut,
  endpoint: string,
  { clientId, clientSecret }: Credentials,
  scope: string | undefined,
): Promise<TokenAnswer> {
  const body = new URLSearchParams({ grant_type: 'client_credentials' })
  if (scope !== undefined) body.set('scope', scope)
  // RFC 6749 §2.3.1: both are form-encoded before they are joined.
  const pair = `${formEncoded(clientId)}:${formEncoded(clientSecret)}`
  const { status, body: bytes } = await wayOut(endpoint, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(pair).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    },
    body: String(body),
  })
  const told = parsed(bytes.toString())
  const answer = tokenAnswer.safeParse(told)
  if (status === 200 && answer.success) return answer.data
  const refusal = tokenRefusal.safeParse(told)
  if (!refusal.success) {
    throw new CommandFailed(EXIT.unavailable, `${endpoint} answers ${status} and not as a token endpoint does`)
  }
  const { error, error_description: description } = refusal.data
  const exitCode = status >= 500 ? EXIT.unavailable : EXIT.refused
  throw new CommandFailed(exitCode, `no token: ${safe(error)}${description ? `, ${safe(description)}` : ''}`)
}

function formEncoded(text: string): string {
  return String(new URLSearchParams({ '': text })).slice(1)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
