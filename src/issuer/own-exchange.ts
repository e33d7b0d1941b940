/** The exchange of the console's back end: an ordinary call of the token endpoint, only that it stays in the process. */
import { issuerUrl } from '#http/doors.ts'
import { parseForm } from '#http/form.ts'
import type { Request } from '#http/message.ts'
import type { Realm } from '#store/realms.ts'
import { ASSERTION_TYPE } from './assertion.ts'
import type { IssuerContext } from './context.ts'
import { exchange } from './endpoints/token.ts'
import { checkAccessToken, type LiveToken } from './tokens/check.ts'

export interface OwnCode {
  readonly code: string
  readonly verifier: string
  readonly redirectUri: string
}

/**
 * Redeems a code of our own client at the token endpoint, in the process. Answers the live token with the person and the
 * grant behind it; refuses as the endpoint does. `request`: the callback that the code came with.
 */
export async function redeemOwnCode(
  context: IssuerContext,
  realm: Realm,
  request: Request,
  { code, verifier, redirectUri }: OwnCode,
): Promise<LiveToken | undefined> {
  const issuer = issuerUrl(context.publicUrl, realm.name)
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: context.ownClient.assertion(issuer),
  }).toString()
  const path = new URL(`${issuer}/token`).pathname
  const { address, id, log } = request
  const inner = { method: 'POST', path, params: { realm: realm.name }, query: '', headers: {}, body, address, id, log }
  const { answer } = await exchange(context, realm, inner, parseForm(body))
  return await checkAccessToken(context, realm, answer.access_token)
}
