/**
 * The flows, as a client walks them: each request is made and shown, each answer is shown and judged. A flow answers the
 * tokens that it got; undefined: it was refused, and the last step says why.
 */
import { deviceCodeGrant } from '#contract/client.ts'
import type { RealmEndpoints } from './endpoints.ts'
import { challengeOf, type Proof, random } from './proof.ts'
import type { Answered, StepCheck } from './step.ts'
import { answerOf, tryRedirectUri } from './try-window.ts'
import type { WireRequest } from './wire.ts'

/** What a flow works with. */
export interface Bench {
  readonly endpoints: RealmEndpoints
  readonly clientId: string
  readonly signal: AbortSignal
  /** A new one for each request: an assertion is good once. */
  readonly prove: () => Promise<Proof>
  /** Shows a request as the next step; its answer follows. */
  readonly begin: (title: string, request: WireRequest) => ShownStep
  /** What a person has to do elsewhere; undefined: nothing any more. */
  readonly tellPerson: (task: PersonTask | undefined) => void
}

export interface ShownStep {
  readonly answered: (answer: Answered, checks?: readonly StepCheck[]) => void
  /** Sends it, in place of what was sent before. */
  readonly send: (request: WireRequest) => Promise<Exchanged>
}

export interface Exchanged {
  readonly status: number
  readonly members: Readonly<Record<string, unknown>>
}

export type PersonTask =
  | { readonly kind: 'window' }
  | { readonly kind: 'device'; readonly userCode: string; readonly uri: string; readonly completeUri: string }

export interface Tokens {
  readonly access_token: string
  readonly refresh_token: string | undefined
  readonly id_token: string | undefined
  readonly scope: string | undefined
  /** Seconds since 1970; undefined where the answer did not say. */
  readonly expiresAt: number | undefined
}

type Parameters = Readonly<Record<string, string>>

/** Without those that are empty: a parameter without a value is as if it were not there (RFC 6749 §3.1). */
function said(parameters: Parameters): Parameters {
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== ''))
}

async function proven(bench: Bench, url: string, parameters: Parameters): Promise<WireRequest> {
  const proof = await bench.prove()
  return { method: 'POST', url, headers: proof.headers, parameters: said({ ...parameters, ...proof.parameters }) }
}

async function post(bench: Bench, title: string, url: string, parameters: Parameters): Promise<Exchanged> {
  const request = await proven(bench, url, parameters)
  return bench.begin(title, request).send(request)
}

async function tokenRequest(bench: Bench, parameters: Parameters): Promise<Tokens | undefined> {
  return tokensOf(await post(bench, 'Token request', bench.endpoints.token, parameters))
}

function tokensOf({ status, members }: Exchanged): Tokens | undefined {
  const { access_token, expires_in } = members
  if (status !== 200 || typeof access_token !== 'string') return undefined
  return {
    access_token,
    refresh_token: textOf(members['refresh_token']),
    id_token: textOf(members['id_token']),
    scope: textOf(members['scope']),
    expiresAt: typeof expires_in === 'number' ? Math.floor(Date.now() / 1000) + expires_in : undefined,
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

export function clientCredentials(bench: Bench, scope: string): Promise<Tokens | undefined> {
  return tokenRequest(bench, { grant_type: 'client_credentials', scope })
}

interface Person {
  readonly username: string
  readonly password: string
}

export function password(bench: Bench, scope: string, person: Person): Promise<Tokens | undefined> {
  return tokenRequest(bench, { grant_type: 'password', ...person, scope })
}

/** RFC 6749 §6: where the answer holds no new refresh token, the one that was sent goes on. */
export async function refresh(bench: Bench, refreshToken: string): Promise<Tokens | undefined> {
  const got = await tokenRequest(bench, { grant_type: 'refresh_token', refresh_token: refreshToken })
  return got && { ...got, refresh_token: got.refresh_token ?? refreshToken }
}

/** RFC 6749 §4.1 with PKCE (RFC 7636). `opened` was opened by the click itself, or the browser would not have let it. */
export async function authorizationCode(
  bench: Bench,
  asked: { readonly scope: string; readonly prompt: string },
  opened: Window,
): Promise<Tokens | undefined> {
  const state = random()
  const verifier = random()
  const redirect_uri = tryRedirectUri()
  const parameters = said({
    response_type: 'code',
    client_id: bench.clientId,
    redirect_uri,
    scope: asked.scope,
    prompt: asked.prompt,
    state,
    nonce: random(),
    code_challenge: await challengeOf(verifier),
    code_challenge_method: 'S256',
  })
  const url = `${bench.endpoints.authorization}?${new URLSearchParams(parameters).toString()}`
  const step = bench.begin('Authorization request', { method: 'GET', url, headers: {}, parameters: {} })
  bench.tellPerson({ kind: 'window' })
  opened.location.replace(url)
  const answer = await answerOf(opened, state, bench.signal)
  bench.tellPerson(undefined)
  if (answer === 'closed') {
    step.answered({ kind: 'nothing', why: closed })
    return undefined
  }
  const checks = [
    { passed: answer['state'] === state, text: 'state is the one that was sent (RFC 6749 section 10.12)' },
    { passed: answer['iss'] === bench.endpoints.issuer, text: 'iss is the issuer of this realm (RFC 9207)' },
  ]
  step.answered({ kind: 'redirect', parameters: answer }, checks)
  const code = answer['code']
  if (code === undefined || checks.some(({ passed }) => !passed)) return undefined
  return tokenRequest(bench, { grant_type: 'authorization_code', code, redirect_uri, code_verifier: verifier })
}

const closed =
  'The window was closed before an answer came. If it showed an error, the request was not even trusted enough to be sent back: the redirect URI is not registered, or the client is disabled.'

/** RFC 8628 §3. */
export async function deviceCode(bench: Bench, scope: string): Promise<Tokens | undefined> {
  const url = bench.endpoints.deviceAuthorization
  const { status, members } = await post(bench, 'Device authorization request', url, { scope })
  const { device_code, user_code, verification_uri, verification_uri_complete, interval } = members
  if (status !== 200 || typeof device_code !== 'string') return undefined
  bench.tellPerson({
    kind: 'device',
    userCode: String(user_code),
    uri: String(verification_uri),
    completeUri: String(verification_uri_complete ?? verification_uri),
  })
  const ask = () => proven(bench, bench.endpoints.token, { grant_type: deviceCodeGrant, device_code })
  const step = bench.begin('Token request', await ask())
  let seconds = typeof interval === 'number' ? interval : 5
  for (;;) {
    await rest(seconds, bench.signal)
    const answer = await step.send(await ask())
    if (answer.members['error'] === 'slow_down') seconds += 5
    else if (answer.members['error'] !== 'authorization_pending') {
      bench.tellPerson(undefined)
      return tokensOf(answer)
    }
  }
}

function rest(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      clearTimeout(timer)
      reject(new DOMException('stopped', 'AbortError'))
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', giveUp)
      resolve()
    }, seconds * 1000)
    if (signal.aborted) giveUp()
    else signal.addEventListener('abort', giveUp, { once: true })
  })
}

/** RFC 7662 §2. */
export async function introspect(bench: Bench, token: string): Promise<undefined> {
  await post(bench, 'Introspection request', bench.endpoints.introspection, { token })
}

/** RFC 7009 §2. The tokens stay on the page: that they are refused now is what somebody wants to see. */
export async function revoke(bench: Bench, token: string): Promise<undefined> {
  await post(bench, 'Revocation request', bench.endpoints.revocation, { token })
}

/** OpenID Connect Core §5.3. */
export async function userinfo(bench: Bench, accessToken: string): Promise<undefined> {
  const headers = { authorization: `Bearer ${accessToken}` }
  const request: WireRequest = { method: 'GET', url: bench.endpoints.userinfo, headers, parameters: {} }
  await bench.begin('Userinfo request', request).send(request)
}
