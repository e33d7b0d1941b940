/** Disk full and database away: writes are told to come again, what can be read stays, everything returns by itself. */
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { type PostgresServer, startPostgres } from '../postgres-server.ts'
import { DISK_FULL, problemsOf, throughOutage, underTerminations } from './outage.ts'
import { makePlace, type Place } from './place.ts'
import { Wire } from './wire.ts'

/** The limits are two and five seconds; the rest is for a busy machine, and `npm run faults` grants none. */
const LIMITS = { answerSeconds: 3, backSeconds: 8 }

const SHORT = { rounds: 2, pauseMilliseconds: 300 }
/** Longer than what is held in memory counts without a look at the database. */
const LONGER = { rounds: 4, pauseMilliseconds: 700 }

// A limit on the size of files can be set for a running process on Linux alone.
describe.runIf(process.platform === 'linux')('SQLite', () => {
  let place: Place
  afterEach(() => place.remove())

  test('whose disk is full', async () => {
    place = await makePlace('sqlite', inject('postgresUrl'))
    expect(problemsOf(await throughOutage(place, DISK_FULL, SHORT), LIMITS)).toEqual([])
  })
})

describe('PostgreSQL', () => {
  let place: Place
  let wire: Wire
  beforeEach(async () => {
    wire = await Wire.to(inject('postgresUrl'))
    place = await makePlace('postgres', wire.over(inject('postgresUrl')))
  })
  afterEach(async () => {
    await place.remove()
    await wire.close()
  })

  test('that hangs', async () => {
    const fault = { begin: () => wire.freeze(), end: () => wire.thaw() }
    expect(problemsOf(await throughOutage(place, fault, LONGER), LIMITS)).toEqual([])
  })

  test('whose backends are ended again and again', async () => {
    const audit = await underTerminations(place, inject('postgresUrl'), { times: 8, pauseMilliseconds: 250 })
    expect(audit).toMatchObject({ L: 0, D: 0, B: 0, findings: [] })
    expect(audit.unavailable).toBeGreaterThan(0)
  })
})

describe('a PostgreSQL of its own', () => {
  let place: Place
  let postgres: PostgresServer
  beforeEach(async () => {
    postgres = await startPostgres()
    place = await makePlace('postgres', postgres.url)
  })
  afterEach(async () => {
    await place.remove()
    await postgres.stop()
  })

  test('that crashes and starts again', async () => {
    const fault = { begin: postgres.crash, end: postgres.begin }
    expect(problemsOf(await throughOutage(place, fault, SHORT), LIMITS)).toEqual([])
  })
})
