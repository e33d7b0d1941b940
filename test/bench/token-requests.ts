/** P1 and P2: client credentials, a JWT signed with ES256, a generated secret, SQLite. */
import { join } from 'node:path'
import { addClient } from '../clients.ts'
import { freePort } from '../free-port.ts'
import type { Load } from './load.ts'
import type { Row } from './main.ts'
import { ServerProcess } from './process.ts'
import { compare, medianOf, ratio, type Side } from './rounds.ts'
import { prepare } from './sallyport.ts'

const CONCURRENCIES = [1, 32, 256]
const ROUND_REQUESTS = 6000

const isToken = (body: string) => body.startsWith('{"access_token":"')

/** The same request on both sides, credentials by Basic. */
function tokenLoad(path: string, credentials: string, concurrency: number): Omit<Load, 'origin'> {
  const headers = { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
  const shot = { path, headers, body: 'grant_type=client_credentials' }
  return {
    concurrency,
    requests: concurrency === 1 ? ROUND_REQUESTS / 3 : ROUND_REQUESTS,
    next: () => shot,
    isGood: isToken,
  }
}

export async function limitServer(kind: 'sign' | 'read' | 'hash'): Promise<ServerProcess> {
  const port = await freePort()
  const file = join(import.meta.dirname, 'limit-server.ts')
  return await ServerProcess.start(file, `http://127.0.0.1:${port}`, { argv: [kind, String(port)] })
}

async function preparedToken() {
  let credentials = ''
  const prepared = await prepare(async (house) => {
    const client = await addClient(house, { client_id: 'bench', grant_types: ['client_credentials'] })
    credentials = `${client.client_id}:${client.client_secret}`
  })
  return { prepared, credentials }
}

export async function clientCredentials(): Promise<readonly Row[]> {
  const { prepared, credentials } = await preparedToken()
  const [ours, limit] = await Promise.all([prepared.start(), limitServer('sign')])
  const rows: Row[] = []
  try {
    for (const concurrency of CONCURRENCIES) {
      const load = () => tokenLoad('/realms/default/token', credentials, concurrency)
      const sides: [Side, Side] = [
        { server: ours, load },
        { server: limit, load },
      ]
      const rounds = await compare(...sides)
      rows.push({
        name: 'P1',
        what: `client_credentials against the bare signature, ${concurrency} at once`,
        reached: describe(rounds),
        wanted: '≤ 1.5 × CPU',
      })
    }
  } finally {
    await Promise.all([ours.stop(), limit.stop()])
    prepared.remove()
  }
  return rows
}

function describe(rounds: Awaited<ReturnType<typeof compare>>): string {
  const ours = rounds.a
  const errors = ours.reduce((sum, round) => sum + round.errors, 0)
  const rate = medianOf(ours, 'answered') / medianOf(ours, 'seconds')
  return [
    `**${ratio(rounds, 'cpuMicroseconds').toFixed(2)} × CPU**`,
    `${medianOf(ours, 'cpuMicroseconds').toFixed(0)} µs to ${medianOf(rounds.b, 'cpuMicroseconds').toFixed(0)} µs`,
    `${rate.toFixed(0)}/s`,
    `p50 ${medianOf(ours, 'p50Ms').toFixed(1)} ms, p99 ${medianOf(ours, 'p99Ms').toFixed(1)} ms`,
    `${errors} errors`,
  ].join(', ')
}

export async function againstOidcProvider(): Promise<readonly Row[]> {
  const { prepared, credentials } = await preparedToken()
  const port = await freePort()
  const file = join(import.meta.dirname, 'oidc-provider-server.ts')
  const theirs = await ServerProcess.start(file, `http://127.0.0.1:${port}`, { argv: [String(port)] })
  const ours = await prepared.start()
  try {
    const theirCredentials = 'bench:a-secret-of-this-benchmark-that-is-long-enough'
    const rounds = await compare(
      { server: theirs, load: () => tokenLoad('/token', theirCredentials, 32) },
      { server: ours, load: () => tokenLoad('/realms/default/token', credentials, 32) },
    )
    const reached = `**${ratio(rounds, 'cpuMicroseconds').toFixed(2)} × as many per CPU second** (theirs ${medianOf(rounds.a, 'cpuMicroseconds').toFixed(0)} µs)`
    return [{ name: 'P2', what: 'client_credentials against node-oidc-provider', reached, wanted: '≥ 2.5 ×' }]
  } finally {
    await Promise.all([ours.stop(), theirs.stop()])
    prepared.remove()
  }
}
