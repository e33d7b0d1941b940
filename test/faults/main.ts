/**
 * `npm run faults`: the long versions of the experiments, one after the other, and a table at the end. The first
 * argument, if any, is a part of the names of those to run. Ends with 1 when something was lost, honoured twice, left
 * without an answer, or was too slow.
 */
import { ENGINES, type Engine } from '../house.ts'
import { startPostgres } from '../postgres-server.ts'
import { type Due, type Renewed, renewDue } from './due-connections.ts'
import { herd } from './herd.ts'
import { killFirstStart, killUnderLoad, stopUnderLoad } from './kill.ts'
import { type Audit, Ledger } from './ledger.ts'
import { DISK_FULL, type Fault, type Outage, problemsOf, throughOutage, underTerminations } from './outage.ts'
import { makePlace, type Place } from './place.ts'
import { callersOf, endPair, type Pair, race, secondsUntil, startPair } from './two-nodes.ts'
import { Wire } from './wire.ts'

/** The limits of the product, with nothing added for a busy machine. */
const LIMITS = { answerSeconds: 2, backSeconds: 5 }
const SEEN_EVERYWHERE_SECONDS = 1
const MOST_BEHIND_SECONDS = 60
const MOST_DELAY_MS = 20
/** As many as an hour has to bear, for the first minutes of it. */
const DUE: Due = { connections: 100_000, servers: 20, overSeconds: 3600, seconds: 300 }

interface Result {
  readonly audit?: Audit
  readonly figures: string
  readonly problems: readonly string[]
}

interface Experiment {
  readonly name: string
  readonly run: () => Promise<Result>
}

const postgres = await startPostgres()

/** In a place of its own, which goes when the experiment has ended. */
async function within(engine: Engine, url: string, work: (place: Place) => Promise<Result>): Promise<Result> {
  const place = await makePlace(engine, url)
  try {
    return await work(place)
  } finally {
    await place.remove()
  }
}

function audited(audit: Audit, figures: string): Result {
  return { audit, figures, problems: audit.findings }
}

function ofOutage(outage: Outage): Result {
  const { slowestSeconds, backAfterSeconds, audit } = outage
  const figures = `slowest answer ${slowestSeconds.toFixed(2)} s, all back after ${backAfterSeconds.toFixed(2)} s`
  return { audit, figures, problems: problemsOf(outage, LIMITS) }
}

function through(engine: Engine, url: string, fault: Fault): Promise<Result> {
  const options = { rounds: 30, pauseMilliseconds: 500 }
  return within(engine, url, async (place) => ofOutage(await throughOutage(place, fault, options)))
}

async function overWire(): Promise<Result> {
  const wire = await Wire.to(postgres.url)
  try {
    return await through('postgres', wire.over(postgres.url), { begin: () => wire.freeze(), end: () => wire.thaw() })
  } finally {
    await wire.close()
  }
}

async function withPair(codes: number, work: (pair: Pair) => Promise<Result>): Promise<Result> {
  const pair = await startPair(postgres.url, codes)
  try {
    return await work(pair)
  } finally {
    await endPair(pair)
  }
}

/** How long the other node goes on believing in a client that was disabled here. */
async function seenByOther(pair: Pair): Promise<Result> {
  const [here, there] = callersOf(pair, new Ledger())
  const { machine } = pair.seeds
  const path = `/realms/default/clients/${machine.client_id}`
  let slowest = 0
  for (let change = 0; change < 40; change += 1) {
    const enabled = change % 2 === 1
    await here.api('PATCH', path, { enabled })
    const wanted = enabled ? 200 : 401
    slowest = Math.max(slowest, await secondsUntil(async () => (await there.own(machine)).status === wanted))
  }
  const figures = `a disabled client was believed for at most ${slowest.toFixed(2)} s`
  return { figures, problems: slowest > SEEN_EVERYWHERE_SECONDS ? [figures] : [] }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

/** The first quarter warms up; what comes after has to stay as it is. */
function ofRenewed({ renewed, twice, unwell, behindSeconds, looked, idle }: Renewed): Result {
  const quarter = (at: number) => looked.slice((looked.length * at) >> 2, (looked.length * (at + 1)) >> 2)
  const resident = [1, 2, 3].map((at) => median(quarter(at).map(({ residentMegabytes }) => residentMegabytes)))
  const [before = 0, , after = 0] = resident
  const warm = looked.slice(looked.length >> 2)
  const [p50, p99] = [median(warm.map((each) => each.p50)), median(warm.map((each) => each.p99))]
  const most = Math.max(...warm.map((each) => each.most))
  const around = median(idle.map((each) => each.p99))
  const problems = [
    ...(twice > 0 ? [`${twice} refresh tokens were sent twice`] : []),
    ...(unwell > 0 ? [`${unwell} connections are not well`] : []),
    ...(behindSeconds > MOST_BEHIND_SECONDS ? [`a connection has been due for ${behindSeconds} s`] : []),
    ...(after > before * 1.1 + 10 ? [`the memory grew from ${before.toFixed(0)} to ${after.toFixed(0)} MB`] : []),
    ...(p99 - around > MOST_DELAY_MS ? [`the event loop was ${p99.toFixed(1)} ms late`] : []),
  ]
  const memory = `${resident.map((each) => each.toFixed(0)).join(' → ')} MB`
  const delay = `event loop late by ${p50.toFixed(1)} ms (p50), ${p99.toFixed(1)} ms (p99), ${most.toFixed(0)} ms at most; of an idle process ${around.toFixed(1)} ms (p99)`
  return { figures: `${renewed} renewed, behind ${behindSeconds} s, ${memory}, ${delay}`, problems }
}

async function stampede(place: Place): Promise<Result> {
  const { upstream, answers, again } = await herd(place, { callers: 10_000, connections: 500 })
  const told = Object.entries(answers).map(([answer, count]) => `${count} × ${answer}`)
  const isGood = upstream === 1 && answers['200 renewed'] === 10_000
  return {
    figures: `${upstream} request upstream, ${told.join(', ')}, ${again} asked again`,
    problems: isGood ? [] : told,
  }
}

const experiments: readonly Experiment[] = [
  ...ENGINES.flatMap((engine): Experiment[] => [
    {
      name: `200 times kill -9 under load, ${engine}`,
      run: () =>
        within(engine, postgres.url, async (place) => {
          const audit = await killUnderLoad(place, { kills: 200, requestsPerLife: 400 })
          return audited(audit, `${audit.lost} requests cut`)
        }),
    },
    {
      name: `30 times kill -9 in the first start, ${engine}`,
      run: () =>
        within(engine, postgres.url, async (place) => {
          const { cutOff, firstToken } = await killFirstStart(place, 30, 1000)
          const problems = firstToken === 200 ? [] : [`the first token was answered ${firstToken}`]
          return { figures: `${cutOff} starts cut off`, problems }
        }),
    },
    {
      name: `20 times SIGTERM under load, ${engine}`,
      run: () =>
        within(engine, postgres.url, async (place) => {
          const audit = await stopUnderLoad(place, { kills: 20, requestsPerLife: 400 })
          return audited(audit, `${audit.lost} requests cut`)
        }),
    },
  ]),
  { name: 'disk full, sqlite', run: () => through('sqlite', postgres.url, DISK_FULL) },
  { name: 'database hangs, postgres', run: overWire },
  {
    name: 'database crashes, postgres',
    run: () => through('postgres', postgres.url, { begin: postgres.crash, end: postgres.begin }),
  },
  {
    name: 'backends ended each second, postgres',
    run: () =>
      within('postgres', postgres.url, async (place) => {
        const audit = await underTerminations(place, postgres.url, { times: 60, pauseMilliseconds: 1000 })
        return audited(audit, `${audit.unavailable} answers 503`)
      }),
  },
  {
    name: 'two nodes race, postgres',
    run: () =>
      withPair(1200, async (pair) => {
        const audit = await race(pair, { items: 500, tries: 34 })
        return audited(audit, `${audit.requests} tries`)
      }),
  },
  ...ENGINES.map(
    (engine): Experiment => ({
      name: `connections of an hour, ${engine}`,
      run: () => within(engine, postgres.url, async (place) => ofRenewed(await renewDue(place, DUE))),
    }),
  ),
  { name: 'ten thousand callers at expiry, postgres', run: () => within('postgres', postgres.url, stampede) },
  { name: 'two nodes, one disables, postgres', run: () => withPair(0, seenByOther) },
]

function row(name: string, seconds: number, { audit, figures, problems }: Result): string {
  const counts = audit ? [audit.requests, audit.owed, audit.L, audit.D, audit.B] : ['', '', '', '', '']
  const verdict = problems.length === 0 ? 'good' : 'FAILED'
  return `| ${[name, Math.round(seconds), ...counts, figures, verdict].join(' | ')} |`
}

async function main(): Promise<number> {
  const [part = ''] = process.argv.slice(2)
  const rows: string[] = []
  let failed = 0
  for (const { name, run } of experiments.filter((each) => each.name.includes(part))) {
    process.stdout.write(`${name} …\n`)
    const began = performance.now()
    const result = await run().catch((error: unknown): Result => ({ figures: '', problems: [String(error)] }))
    if (result.problems.length > 0) failed += 1
    for (const problem of result.problems.slice(0, 20)) process.stdout.write(`  ${problem}\n`)
    rows.push(row(name, (performance.now() - began) / 1000, result))
  }
  const titles = ['experiment', 'seconds', 'requests', 'owed', 'L', 'D', 'B', 'figures', 'verdict']
  const table = [`| ${titles.join(' | ')} |`, `|${titles.map(() => ' --- |').join('')}`, ...rows]
  process.stdout.write(`\n${table.join('\n')}\n`)
  return failed === 0 ? 0 : 1
}

try {
  process.exitCode = await main()
} finally {
  await postgres.stop()
}
