/** Two nodes that share a PostgreSQL database and nothing else, raced against each other. */
import { setTimeout } from 'node:timers/promises'
import { Caller } from './caller.ts'
import { forkedFamilies } from './kill.ts'
import { type Answer, type Audit, Ledger } from './ledger.ts'
import { NodeProcess } from './node-process.ts'
import { makePlace, type Place } from './place.ts'
import { type Seeds, seed } from './seed.ts'

export interface Pair {
  readonly place: Place
  readonly seeds: Seeds
  readonly nodes: readonly [NodeProcess, NodeProcess]
}

/** Both start at the same moment on an empty database: one migrates and makes the installation, both serve. */
export async function startPair(postgresUrl: string, codes: number): Promise<Pair> {
  const place = await makePlace('postgres', postgresUrl)
  const nodes = [await NodeProcess.at(place), await NodeProcess.at(place)] as const
  await Promise.all(nodes.map((node) => node.start()))
  return { place, nodes, seeds: await seed(place, codes) }
}

export async function endPair({ place, nodes }: Pair): Promise<void> {
  for (const node of nodes) await node.end()
  await place.remove()
}

/** One caller for each node; both write into one ledger. */
export function callersOf({ seeds, nodes }: Pair, ledger: Ledger): readonly [Caller, Caller] {
  return [new Caller(ledger, seeds, nodes[0].url), new Caller(ledger, seeds, nodes[1].url)]
}

export interface Races {
  /** How many of each kind: codes, refresh tokens, assertions. */
  readonly items: number
  /** How many tries for each item and node. */
  readonly tries: number
}

/** Every item is shown to both nodes many times at once; the ledger counts what was honoured twice. */
export async function race(pair: Pair, { items, tries }: Races): Promise<Audit> {
  const ledger = new Ledger()
  const callers = callersOf(pair, ledger)
  const both = (show: (caller: Caller) => Promise<Answer>): Promise<Answer[]> =>
    Promise.all(callers.flatMap((caller) => Array.from({ length: tries }, () => show(caller))))
  for (let item = 0; item < items; item += 1) {
    const code = nextCode(pair.seeds)
    // None is right too: who comes second ends what the first is still being given (RFC 6749 §4.1.2).
    await both((caller) => caller.redeem(code))
    const { body } = await callers[0].redeem(nextCode(pair.seeds))
    const refreshed = await both((caller) => caller.refresh(body.refresh_token))
    const successors = refreshed.filter(({ status }) => status === 200)
    if (successors.length === 0) ledger.missing('nobody got the successor of a refresh token')
    else await expectAlive(ledger, callers[1], successors[0]?.body.refresh_token)
    const assertion = await callers[0].assertion()
    const believed = (await both((caller) => caller.byAssertion(assertion))).filter(({ status }) => status === 200)
    if (believed.length !== 1) ledger.missing(`an assertion was believed ${believed.length} times`)
  }
  const audit = await ledger.audit()
  const forked = await pair.place.audit(forkedFamilies)
  const findings = forked.map((grant) => `the grant ${grant} has two branches of refresh tokens`)
  return { ...audit, D: audit.D + forked.length, findings: [...audit.findings, ...findings] }
}

export function nextCode(seeds: Seeds): string {
  const code = seeds.nextCode()
  if (code === undefined) throw new Error('the seeds are used up')
  return code
}

async function expectAlive(ledger: Ledger, caller: Caller, token: string): Promise<void> {
  const { status } = await caller.refresh(token)
  if (status !== 200) ledger.missing(`the successor that all were told of is refused: ${status}`)
}

/** Seconds until `isSo`; `Infinity` after ten. */
export async function secondsUntil(isSo: () => Promise<boolean>): Promise<number> {
  const began = performance.now()
  const seconds = (): number => (performance.now() - began) / 1000
  while (seconds() < 10) {
    if (await isSo()) return seconds()
    await setTimeout(10)
  }
  return Infinity
}
