/** P9: how soon the process is ready, and how much memory it takes, idle and under load. */
import { addClient } from '../clients.ts'
import { fire } from './load.ts'
import type { Row } from './main.ts'
import { median, ROUNDS } from './rounds.ts'
import { prepare } from './sallyport.ts'

const LOAD_SECONDS = 60
const SAMPLE_SECONDS = 5
const IDLE_SECONDS = 3

export async function processFigures(): Promise<readonly Row[]> {
  let authorization = ''
  const prepared = await prepare(async (house) => {
    const client = await addClient(house, { client_id: 'bench', grant_types: ['client_credentials'] })
    authorization = `Basic ${Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64')}`
  })
  try {
    const ready: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const server = await prepared.start()
      ready.push(server.readySeconds)
      await server.stop()
    }
    const server = await prepared.start()
    await new Promise((resolve) => setTimeout(resolve, IDLE_SECONDS * 1000))
    const idle = server.residentMegabytes
    const samples: number[] = []
    const sampling = setInterval(() => samples.push(server.residentMegabytes), SAMPLE_SECONDS * 1000)
    const shot = { path: '/realms/default/token', headers: { authorization }, body: 'grant_type=client_credentials' }
    const load = { concurrency: 32, seconds: LOAD_SECONDS, next: () => shot }
    await fire({ ...load, origin: server.origin, isGood: (body) => body.includes('access_token') })
    clearInterval(sampling)
    await server.stop()
    const row = (what: string, reached: string, wanted: string): Row => ({ name: 'P9', what, reached, wanted })
    return [
      row('from spawn to ready on an existing database', `**${median(ready).toFixed(2)} s**`, '≤ 1 s'),
      row('resident, idle', `**${idle.toFixed(0)} MB**`, '≤ 120 MB'),
      row(
        'resident under P1 load, each 5 s of a minute',
        samples.map((each) => each.toFixed(0)).join(' '),
        '≤ 250 MB, flat',
      ),
    ]
  } finally {
    prepared.remove()
  }
}
