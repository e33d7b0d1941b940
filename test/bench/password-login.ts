/** P5: what a login costs beside its argon2id hash, and what a flood of logins does to everybody else. */
import { addClient, addUser } from '../clients.ts'
import { authorize, type Front, REDIRECT_URI } from '../code-flow.ts'
import { fire } from './load.ts'
import type { Row } from './main.ts'
import type { ServerProcess } from './process.ts'
import { median, ROUNDS } from './rounds.ts'
import { prepare } from './sallyport.ts'
import { limitServer } from './token-requests.ts'

const LOGINS = 60
const AT_ONCE = 4
const TOKEN_SECONDS = 4

/** Runs `work` so often, so many at once, and answers the server's CPU microseconds for each. */
async function cpuOf(server: ServerProcess, count: number, work: () => Promise<unknown>): Promise<number> {
  const before = server.cpuSeconds
  let left = count
  const worker = async () => {
    while (left-- > 0) await work()
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return ((server.cpuSeconds - before) / count) * 1e6
}

export async function passwordLogin(): Promise<readonly Row[]> {
  let headers = {}
  const client = { client_id: 'bench-web', client_secret: '' }
  const prepared = await prepare(async (house) => {
    await addUser(house, { username: 'bench' })
    await addClient(house, {
      client_id: client.client_id,
      grant_types: ['authorization_code'],
      redirect_uris: [REDIRECT_URI],
      scope: 'openid',
    })
    const machine = await addClient(house, { client_id: 'bench', grant_types: ['client_credentials'] })
    const text = `${machine.client_id}:${machine.client_secret}`
    headers = { authorization: `Basic ${Buffer.from(text).toString('base64')}` }
  })
  const url = `http://localhost:${prepared.port}`
  const front: Front = { url, issuer: (realm = 'default') => `${url}/realms/${realm}` }
  const logIn = () => authorize(front, { client, username: 'bench' })
  const [ours, bare] = await Promise.all([prepared.start(), limitServer('hash')])
  const hash = () => fetch(bare.origin, { method: 'POST', body: 'password=walls+have+ears' })
  try {
    await cpuOf(ours, 10, logIn)
    const ratios: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      ratios.push((await cpuOf(ours, LOGINS, logIn)) / (await cpuOf(bare, LOGINS, hash)))
    }
    return [
      {
        name: 'P5',
        what: 'a whole login (five requests) against one bare hash',
        reached: `**${median(ratios).toFixed(2)} × CPU**`,
        wanted: '≤ 1.15 × CPU',
      },
      await tokensDuringFlood(ours, headers, logIn),
    ]
  } finally {
    await Promise.all([ours.stop(), bare.stop()])
    prepared.remove()
  }
}

async function tokensDuringFlood(
  server: ServerProcess,
  headers: Readonly<Record<string, string>>,
  logIn: () => Promise<unknown>,
): Promise<Row> {
  const shot = { path: '/realms/default/token', headers, body: 'grant_type=client_credentials' }
  const tokens = () =>
    fire({
      origin: server.origin,
      concurrency: 2,
      seconds: TOKEN_SECONDS,
      next: () => shot,
      isGood: (body) => body.includes('access_token'),
    })
  await tokens()
  const quiet = await tokens()
  const flooding = new AbortController()
  const flood = Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (!flooding.signal.aborted) await logIn()
    }),
  )
  const flooded = await tokens()
  flooding.abort()
  await flood
  const times = (flooded.p99Ms / quiet.p99Ms).toFixed(1)
  return {
    name: 'P5',
    what: 'p99 of token requests during a flood of logins against a quiet server',
    reached: `**${times} ×** (${flooded.p99Ms.toFixed(1)} ms to ${quiet.p99Ms.toFixed(1)} ms)`,
    wanted: '≤ 2 ×',
  }
}
