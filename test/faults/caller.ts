/** The requests of the experiments, each written into the ledger. */
import { setTimeout } from 'node:timers/promises'
import { SignJWT } from 'jose'
import { randomToken } from '#crypto/random.ts'
import type { Credentials } from '../clients.ts'
import { REDIRECT_URI } from '../code-flow.ts'
import { BOOTSTRAP } from '../office.ts'
import { basic, form } from '../requests.ts'
import type { Answer, Ledger } from './ledger.ts'
import { PUBLIC_URL } from './place.ts'
import type { Seeds } from './seed.ts'

/** How long a caller tries again, and how long it waits in between. */
const PATIENCE_MILLISECONDS = 30_000
const PAUSE_MILLISECONDS = 50

/** The ledger knows of it. */
export class ServiceAway extends Error {}

export class Caller {
  readonly ledger: Ledger
  readonly seeds: Seeds
  readonly #url: string
  #bearer = ''

  /** `url`: of the node that is called. */
  constructor(ledger: Ledger, seeds: Seeds, url: string) {
    this.ledger = ledger
    this.seeds = seeds
    this.#url = url
  }

  /** Repeats what was lost or came too early, as a client does; a caller that gets nothing else is a finding (B). */
  async insist(send: () => Promise<Answer>): Promise<Answer & { readonly status: number }> {
    const until = performance.now() + PATIENCE_MILLISECONDS
    for (;;) {
      const answer = await send()
      const { status } = answer
      if (status !== undefined && status !== 503) return { ...answer, status }
      if (performance.now() > until) {
        this.ledger.unanswered(`no answer after ${PATIENCE_MILLISECONDS / 1000} s of trying: ${status}`)
        throw new ServiceAway('the service did not come back')
      }
      await setTimeout(PAUSE_MILLISECONDS)
    }
  }

  /** A form to an endpoint of realm `default`. */
  form(what: string, endpoint: string, fields: Readonly<Record<string, string>>, who?: Credentials): Promise<Answer> {
    const headers = who === undefined ? {} : basic(who)
    return this.ledger.send(what, this.#at(endpoint), { method: 'POST', headers, body: form(fields) })
  }

  get(what: string, endpoint: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.ledger.send(what, this.#at(endpoint), { headers })
  }

  #at(endpoint: string): string {
    return `${this.#url}/realms/default/${endpoint}`
  }

  own(who: Credentials): Promise<Answer> {
    return this.form(`token of ${who.client_id}`, 'token', { grant_type: 'client_credentials' }, who)
  }

  async redeem(code: string): Promise<Answer> {
    const fields = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI }
    const answer = await this.form('code', 'token', { ...fields, code_verifier: this.seeds.verifier }, this.seeds.web)
    if (answer.status === 200) this.ledger.honoured(`code ${code}`, answer.body.refresh_token)
    return answer
  }

  async refresh(token: string): Promise<Answer> {
    const answer = await this.form(
      'refresh',
      'token',
      { grant_type: 'refresh_token', refresh_token: token },
      this.seeds.web,
    )
    if (answer.status === 200) this.ledger.honoured(`refresh token ${token}`, answer.body.refresh_token)
    return answer
  }

  revoke(token: string, who: Credentials): Promise<Answer> {
    return this.form('revoke', 'revoke', { token }, who)
  }

  introspect(token: string, who: Credentials): Promise<Answer> {
    return this.form('introspect', 'introspect', { token }, who)
  }

  /** A client assertion that may be used once (RFC 7523 §3). */
  assertion(): Promise<string> {
    const { client_id: id, signingKey } = this.seeds.assertion
    return new SignJWT({ iss: id, sub: id, aud: `${PUBLIC_URL}/realms/default`, jti: randomToken() })
      .setProtectedHeader({ alg: 'ES256' })
      .setExpirationTime('9m')
      .sign(signingKey)
  }

  async byAssertion(assertion: string): Promise<Answer> {
    const answer = await this.form('token by assertion', 'token', {
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    })
    if (answer.status === 200) this.ledger.honoured(`assertion ${assertion}`, answer.body.access_token)
    return answer
  }

  /** The management API, as the bootstrap client. */
  async api(method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await this.#api(method, path, body)
    if (answer.status !== 401) return answer
    const token = await this.ledger.send('token of bootstrap', `${this.#url}/realms/system/token`, {
      method: 'POST',
      headers: basic(BOOTSTRAP),
      body: form({ grant_type: 'client_credentials', scope: 'sallyport_api' }),
    })
    if (token.status !== 200) return token
    this.#bearer = token.body.access_token
    return await this.#api(method, path, body)
  }

  #api(method: string, path: string, body: unknown): Promise<Answer> {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
    return this.ledger.send(`${method} client`, `${this.#url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#bearer || 'none'}`,
        ...(body === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  }
}
