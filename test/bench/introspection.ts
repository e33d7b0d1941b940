/** P3: introspection of live tokens, signed and opaque, against a bare handler with one indexed read. */
import { addClient, type Credentials } from '../clients.ts'
import { basic } from '../requests.ts'
import type { Load } from './load.ts'
import type { Row } from './main.ts'
import type { ServerProcess } from './process.ts'
import { compare, medianOf, ratio } from './rounds.ts'
import { prepare } from './sallyport.ts'
import { limitServer } from './token-requests.ts'

const TOKENS = 500
const ROUND_REQUESTS = 6000
const CONCURRENCY = 32

async function tokensOf(server: ServerProcess, client: Credentials): Promise<readonly string[]> {
  const tokens: string[] = []
  for (let count = 0; count < TOKENS; count++) {
    const response = await fetch(`${server.origin}/realms/default/token`, {
      method: 'POST',
      headers: basic(client),
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    tokens.push(((await response.json()) as { access_token: string }).access_token)
  }
  return tokens
}

export async function introspection(): Promise<readonly Row[]> {
  const clients: Credentials[] = []
  const prepared = await prepare(async (house) => {
    for (const format of ['jwt', 'opaque'] as const) {
      const fields = { client_id: format, grant_types: ['client_credentials'], access_token_format: format }
      clients.push(await addClient(house, fields))
    }
  })
  const [ours, limit] = await Promise.all([prepared.start(), limitServer('read')])
  const rows: Row[] = []
  try {
    for (const client of clients) {
      const tokens = await tokensOf(ours, client)
      let at = 0
      const load = (): Omit<Load, 'origin'> => ({
        concurrency: CONCURRENCY,
        requests: ROUND_REQUESTS,
        next: () => ({
          path: '/realms/default/introspect',
          headers: basic(client),
          body: `token=${tokens[at++ % tokens.length]}`,
        }),
        isGood: (body) => body.startsWith('{"active":true'),
      })
      const rounds = await compare({ server: ours, load }, { server: limit, load })
      const [mine, bare] = [medianOf(rounds.a, 'cpuMicroseconds'), medianOf(rounds.b, 'cpuMicroseconds')]
      rows.push({
        name: 'P3',
        what: `introspection of a live ${client.client_id} token against one indexed read`,
        reached: `**${ratio(rounds, 'cpuMicroseconds').toFixed(2)} × CPU**, ${mine.toFixed(0)} µs to ${bare.toFixed(0)} µs`,
        wanted: '≤ 1.6 × CPU',
      })
    }
  } finally {
    await Promise.all([ours.stop(), limit.stop()])
    prepared.remove()
  }
  return rows
}
