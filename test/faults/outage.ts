/** The database refuses, hangs or is gone, and comes back: what still works meanwhile, and how soon everything does. */
import { execFileSync } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import { randomId } from '#crypto/random.ts'
import { Caller } from './caller.ts'
import { type Answer, type Audit, Ledger } from './ledger.ts'
import { startLoad } from './load.ts'
import { NodeProcess } from './node-process.ts'
import type { Place } from './place.ts'
import { type Seeds, seed } from './seed.ts'

export interface Fault {
  begin(node: NodeProcess): void | Promise<void>
  end(node: NodeProcess): void | Promise<void>
}

/** No file may grow any more: a limit that the kernel keeps, as a quota or a full disk would. */
const limit =
  (bytes: string) =>
  (node: NodeProcess): void =>
    void execFileSync('prlimit', ['--pid', String(node.pid), `--fsize=${bytes}:`])
export const DISK_FULL: Fault = { begin: limit('4096'), end: limit('unlimited') }

export interface Outage {
  /** What writes were answered while it lasted, each once: `503` is what has to be there. */
  readonly writes: readonly string[]
  /** The same of discovery and the key set. */
  readonly reads: readonly string[]
  readonly ready: readonly number[]
  readonly live: readonly number[]
  readonly slowestSeconds: number
  /** From its end until every kind of write was answered well and the node was ready again. */
  readonly backAfterSeconds: number
  readonly audit: Audit
  /** The process is the one that was there before. */
  readonly survived: boolean
}

export interface Limits {
  readonly answerSeconds: number
  readonly backSeconds: number
}

const told = (seen: readonly (string | number)[]): string => seen.join(' and ')

/** A sentence for everything that is not as it has to be. */
export function problemsOf(outage: Outage, { answerSeconds, backSeconds }: Limits): string[] {
  const { writes, reads, ready, live, slowestSeconds, backAfterSeconds, audit, survived } = outage
  const wrong: readonly (readonly [boolean, string])[] = [
    [told(writes) !== '503', `writes were answered ${told(writes)}`],
    [told(reads) !== '200', `discovery and key set were answered ${told(reads)}`],
    [told(ready) !== '503', `readiness was ${told(ready)}`],
    [told(live) !== '200', `liveness was ${told(live)}`],
    [slowestSeconds > answerSeconds, `an answer took ${slowestSeconds} s`],
    [backAfterSeconds > backSeconds, `everything was back after ${backAfterSeconds} s`],
    [!survived, 'the process is another one'],
  ]
  return [...wrong.filter(([isWrong]) => isWrong).map(([, sentence]) => sentence), ...audit.findings]
}

const POLL_SEEN_MS = 1200

export interface OutageOptions {
  readonly rounds: number
  readonly pauseMilliseconds: number
}

/** Caches are warm and trusted at first, then not: the rounds spread over that. */
export async function throughOutage(place: Place, fault: Fault, options: OutageOptions): Promise<Outage> {
  const seeds = await seed(place, options.rounds + 200)
  const ledger = new Ledger()
  const node = await NodeProcess.start(place)
  const caller = new Caller(ledger, seeds, node.url)
  const token = await refreshable(caller)
  await everyWrite(caller, token)
  // What is held is forgotten once more when the next poll of the configuration's version sees the write.
  await setTimeout(POLL_SEEN_MS)
  await everyRead(caller)
  const { pid } = node
  await fault.begin(node)
  const seen = await watch(caller, node, token, options)
  await fault.end(node)
  const backAfterSeconds = await untilBack(caller, node)
  ledger.owes('the refresh token that met the outage', async () => {
    const { status } = await caller.insist(() => caller.refresh(token.current))
    return status === 200 ? undefined : `the refresh token that met the outage is refused: ${status}`
  })
  const load = startLoad(caller)
  await setTimeout(300)
  await load.stop()
  const audit = await ledger.audit()
  const survived = node.isRunning && node.pid === pid
  await node.end()
  return { ...seen, backAfterSeconds, audit, survived }
}

/** The newest refresh token of one session. */
interface Session {
  current: string
}

async function refreshable(caller: Caller): Promise<Session> {
  const { body } = await caller.insist(() => caller.redeem(code(caller.seeds)))
  return { current: body.refresh_token }
}

function code(seeds: Seeds): string {
  const next = seeds.nextCode()
  if (next === undefined) throw new Error('the seeds are used up')
  return next
}

/** One of every kind, all at once. */
async function everyWrite(caller: Caller, session: Session): Promise<Answer[]> {
  const { seeds } = caller
  const assertion = await caller.assertion()
  const refresh = async (): Promise<Answer> => {
    const answer = await caller.refresh(session.current)
    if (answer.status === 200) session.current = answer.body.refresh_token
    return answer
  }
  const create = { client_id: `client-${randomId()}`, grant_types: ['client_credentials'] }
  return await Promise.all([
    caller.own(seeds.opaque),
    caller.redeem(code(seeds)),
    refresh(),
    caller.byAssertion(assertion),
    caller.api('POST', '/realms/default/clients', create),
  ])
}

const WELL: ReadonlySet<number | undefined> = new Set([200, 201])

function everyRead(caller: Caller): Promise<Answer[]> {
  return Promise.all([caller.get('discovery', '.well-known/openid-configuration'), caller.get('key set', 'jwks')])
}

async function watch(caller: Caller, node: NodeProcess, session: Session, options: OutageOptions) {
  const [writes, reads] = [new Set<string>(), new Set<string>()]
  const [ready, live] = [new Set<number>(), new Set<number>()]
  let slowestSeconds = 0
  const note = (into: Set<string>, answers: readonly Answer[]): void => {
    for (const { status, retryAfter, seconds } of answers) {
      into.add(status === 503 && retryAfter === undefined ? '503 without Retry-After' : String(status))
      slowestSeconds = Math.max(slowestSeconds, seconds)
    }
  }
  const round = async (): Promise<void> => {
    const state = async (path: string) => (await fetch(node.operationsUrl + path)).status
    const [written, read, isReady, isLive] = await Promise.all([
      everyWrite(caller, session),
      everyRead(caller),
      state('/health/ready'),
      state('/health/live'),
    ])
    note(writes, written)
    note(reads, read)
    ready.add(isReady)
    live.add(isLive)
  }
  const rounds: Promise<void>[] = []
  for (let at = 0; at < options.rounds; at += 1) {
    rounds.push(round())
    await setTimeout(options.pauseMilliseconds)
  }
  await Promise.all(rounds)
  return { writes: [...writes], reads: [...reads], ready: [...ready], live: [...live], slowestSeconds }
}

async function untilBack(caller: Caller, node: NodeProcess): Promise<number> {
  const began = performance.now()
  const session = await refreshable(caller)
  for (;;) {
    const answers = await everyWrite(caller, session)
    const isReady = (await fetch(`${node.operationsUrl}/health/ready`)).status === 200
    const seconds = (performance.now() - began) / 1000
    const isBack = isReady && answers.every(({ status }) => WELL.has(status))
    if (isBack || seconds > 30) return seconds
    await setTimeout(50)
  }
}

/** Every connection of the place's database is ended by the server, again and again, while clients work. */
export async function underTerminations(
  place: Place,
  serverUrl: string,
  { times, pauseMilliseconds }: { readonly times: number; readonly pauseMilliseconds: number },
): Promise<Audit> {
  const seeds = await seed(place, times * 50)
  const ledger = new Ledger()
  const node = await NodeProcess.start(place)
  const load = startLoad(new Caller(ledger, seeds, node.url))
  const database = new URL(place.env['SALLYPORT_DATABASE_URL'] ?? '').pathname.slice(1)
  const administrator = new pg.Client({ connectionString: serverUrl })
  await administrator.connect()
  for (let time = 0; time < times; time += 1) {
    await setTimeout(pauseMilliseconds)
    await administrator.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [database])
  }
  await administrator.end()
  await load.stop()
  const audit = await ledger.audit()
  await node.end()
  return audit
}
