/**
 * A mixed load, as clients make it: each worker does one thing after the other, repeats what was lost, and lets the
 * ledger know what the server owes from then on.
 */
import { randomInt } from 'node:crypto'
import { randomId } from '#crypto/random.ts'
import type { Credentials } from '../clients.ts'
import { type Caller, ServiceAway } from './caller.ts'
import type { Answer } from './ledger.ts'

export interface Load {
  /** Every worker ends what it does, then this resolves. */
  stop(): Promise<void>
}

type Work = (caller: Caller) => Promise<void>

export function startLoad(caller: Caller): Load {
  const state = { isRunning: true }
  const worker = async (work: Work): Promise<void> => {
    try {
      while (state.isRunning) await work(caller)
    } catch (error) {
      if (!(error instanceof ServiceAway)) throw error
    }
  }
  const all = [session, session, session, session, session, session, accessTokens, assertions, clients, ownTokens]
  const workers = all.map(worker)
  return {
    async stop() {
      state.isRunning = false
      await Promise.all(workers)
    },
  }
}

/** Client credentials: nothing is written. */
async function ownTokens(caller: Caller): Promise<void> {
  expectStatus(caller, 'client credentials', await caller.insist(() => caller.own(caller.seeds.machine)), 200)
}

function expectStatus(caller: Caller, what: string, { status, body }: Answer, wanted: number): void {
  if (status !== wanted) caller.ledger.missing(`${what}: ${status} ${body?.error}`)
}

/** An opaque token is a row from its answer on; a revoked token, of whatever kind, is dead from its answer on. */
async function accessTokens(caller: Caller): Promise<void> {
  const { ledger, seeds } = caller
  const who = randomInt(2) === 0 ? seeds.opaque : seeds.machine
  const answer = await caller.insist(() => caller.own(who))
  expectStatus(caller, 'an access token', answer, 200)
  const token = answer.body.access_token
  owesIntrospection(caller, token, who, true)
  if (randomInt(3) > 0) return
  ledger.suspends(token)
  expectStatus(caller, 'a revocation', await caller.insist(() => caller.revoke(token, who)), 200)
  owesIntrospection(caller, token, who, false)
}

function owesIntrospection(caller: Caller, token: string, who: Credentials, active: boolean): void {
  caller.ledger.owes(token, async () => {
    const { body } = await caller.insist(() => caller.introspect(token, who))
    return body.active === active ? undefined : `an access token is ${active ? 'gone' : 'alive again'}`
  })
}

/**
 * From a code to its end: refreshed some times, then left alone, revoked, or ended by showing the code again. A code
 * whose answer was lost may be spent; a refresh whose answer was lost can always be repeated.
 */
async function session(caller: Caller): Promise<void> {
  const { ledger, seeds } = caller
  const code = seeds.nextCode()
  if (code === undefined) return await ownTokens(caller)
  const first = await caller.redeem(code)
  const redeemed = first.status === 200 ? first : await caller.insist(() => caller.redeem(code))
  if (redeemed.status !== 200) {
    if (first.status !== undefined && first.status !== 503) ledger.missing(`a code was refused: ${first.status}`)
    return
  }
  let token: string = redeemed.body.refresh_token
  owesRefresh(caller, code, token)
  for (let turn = randomInt(6); turn > 0; turn -= 1) {
    const presented = token
    ledger.suspends(code)
    const answer = await caller.insist(() => caller.refresh(presented))
    expectStatus(caller, 'a refresh', answer, 200)
    if (answer.status !== 200) return
    token = answer.body.refresh_token
    owesRefresh(caller, code, token)
  }
  await endSession(caller, code, token)
}

async function endSession(caller: Caller, code: string, token: string): Promise<void> {
  const { ledger, seeds } = caller
  const how = randomInt(3)
  if (how === 0) return
  ledger.suspends(code)
  const revoke = () => caller.revoke(token, seeds.web)
  const answer = await caller.insist(how === 1 ? revoke : () => caller.redeem(code))
  expectStatus(caller, how === 1 ? 'a revocation' : 'a code shown again', answer, how === 1 ? 200 : 400)
  ledger.owes(code, async () => {
    const { status } = await caller.insist(() => caller.refresh(token))
    return status === 400 ? undefined : `a revoked refresh token is alive again: ${status}`
  })
}

function owesRefresh(caller: Caller, code: string, token: string): void {
  caller.ledger.owes(code, async () => {
    const { status, body } = await caller.insist(() => caller.refresh(token))
    return status === 200 ? undefined : `a refresh token is gone: ${status} ${body?.error}`
  })
}

/** Once, and once more right after: the second is refused, whatever happened in between. */
async function assertions(caller: Caller): Promise<void> {
  const assertion = await caller.assertion()
  const first = await caller.byAssertion(assertion)
  if (first.status !== undefined && first.status !== 503) expectStatus(caller, 'an assertion', first, 200)
  const second = await caller.insist(() => caller.byAssertion(assertion))
  if (first.status === 200) expectStatus(caller, 'an assertion shown again', second, 401)
}

/** A client made, changed, at times deleted: what was answered last is what is there. */
async function clients(caller: Caller): Promise<void> {
  const { ledger } = caller
  const id = `client-${randomId()}`
  const path = `/realms/default/clients/${id}`
  const owes = (status: number, description?: string): void =>
    ledger.owes(id, async () => {
      const { status: found, body } = await caller.insist(() => caller.api('GET', path))
      if (found === status && (status !== 200 || body.description === description)) return undefined
      return `client ${id} should be ${status} ${description ?? ''} and is ${found} ${body?.description ?? ''}`
    })
  const create = { client_id: id, grant_types: ['client_credentials'], description: 'new' }
  const made = await caller.insist(() => caller.api('POST', '/realms/default/clients', create))
  if (made.status !== 201 && made.status !== 409) return expectStatus(caller, 'a new client', made, 201)
  owes(200, 'new')
  for (let turn = randomInt(3); turn > 0; turn -= 1) {
    ledger.suspends(id)
    const description = `changed ${turn}`
    expectStatus(caller, 'a change', await caller.insist(() => caller.api('PATCH', path, { description })), 200)
    owes(200, description)
  }
  if (randomInt(4) > 0) return
  ledger.suspends(id)
  const gone = await caller.insist(() => caller.api('DELETE', path))
  if (gone.status !== 404) expectStatus(caller, 'a deletion', gone, 204)
  owes(404)
}
