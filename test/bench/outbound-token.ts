/** P6: a foreign token that is held and fresh, against a bare handler with one indexed read. */
import { connectionPlace } from '#outbound/places.ts'
import { APPLICATION, ensureConnection } from '#store/connections.ts'
import type { Credentials } from '../clients.ts'
import type { House } from '../house.ts'
import { addCaller, addServer, outboundBearer } from '../outbound-house.ts'
import type { Load } from './load.ts'
import type { Row } from './main.ts'
import { compare, medianOf, ratio } from './rounds.ts'
import { prepare } from './sallyport.ts'
import { limitServer } from './token-requests.ts'

const ROUND_REQUESTS = 6000
const CONCURRENCY = 32
const LIFE_SECONDS = 86_400

/** As if it had been fetched a moment ago: no foreign server is asked in this measurement. */
async function holdToken(house: House): Promise<void> {
  const { db, seal } = house.app.context
  const server = await addServer(house, 'https://login.example/token', { name: 'held' })
  const key = { server_id: server.id, subject: APPLICATION, environment: '', application: '', asked_scope: '' }
  const row = await ensureConnection(db, server.realm_id, key)
  const now = Math.floor(Date.now() / 1000)
  const ends = now + LIFE_SECONDS
  await db.sql
    .updateTable('connections')
    .set({
      access_sealed: seal.seal('a foreign access token of an ordinary length', connectionPlace(row, 'access_token')),
      token_type: 'Bearer',
      received_at_ms: now * 1000,
      soft_at: ends - 600,
      hard_at: ends - 300,
      expires_at: ends,
      settings_version: server.settings_version,
    })
    .where('id', '=', row.id)
    .execute()
}

export async function heldToken(): Promise<readonly Row[]> {
  const callers: Credentials[] = []
  const prepared = await prepare(async (house) => {
    callers.push(await addCaller(house, 'caller'))
    await holdToken(house)
  })
  const [ours, limit] = await Promise.all([prepared.start(), limitServer('read')])
  try {
    const [caller] = callers
    if (!caller) throw new Error('nobody asks')
    const bearer = await outboundBearer({ issuer: () => `${ours.origin}/realms/default` }, caller)
    const load = (): Omit<Load, 'origin'> => ({
      concurrency: CONCURRENCY,
      requests: ROUND_REQUESTS,
      next: () => ({
        path: '/realms/default/outbound/held/token',
        headers: { authorization: `Bearer ${bearer}` },
        body: 'min_validity=60',
      }),
      isGood: (body) => body.startsWith('{"access_token":"a foreign') || body.startsWith('{"active":true'),
    })
    const rounds = await compare({ server: ours, load }, { server: limit, load })
    const [mine, bare] = [medianOf(rounds.a, 'cpuMicroseconds'), medianOf(rounds.b, 'cpuMicroseconds')]
    const errors = [...rounds.a, ...rounds.b].reduce((sum, each) => sum + each.errors, 0)
    const wrong = errors === 0 ? '' : `, ${errors} wrong answers`
    return [
      {
        name: 'P6',
        what: 'a foreign token that is held against one indexed read',
        reached: `**${ratio(rounds, 'cpuMicroseconds').toFixed(2)} × CPU**, ${mine.toFixed(0)} µs to ${bare.toFixed(0)} µs${wrong}`,
        wanted: '≤ 1.5 × CPU',
      },
    ]
  } finally {
    await Promise.all([ours.stop(), limit.stop()])
    prepared.remove()
  }
}
