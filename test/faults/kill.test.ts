/** A short version of the experiment; `npm run faults` is the long one. */
import { afterEach, describe, expect, inject, test } from 'vitest'
import { ENGINES } from '../house.ts'
import { killFirstStart, killUnderLoad } from './kill.ts'
import { makePlace, type Place } from './place.ts'

describe.each(ENGINES)('kill -9 on %s', (engine) => {
  let place: Place
  afterEach(() => place.remove())

  test('under a mixed load: nothing acknowledged is missing, nothing is honoured twice', async () => {
    place = await makePlace(engine, inject('postgresUrl'))
    const audit = await killUnderLoad(place, { kills: 3, requestsPerLife: 200 })
    expect(audit).toMatchObject({ L: 0, D: 0, B: 0, findings: [] })
    expect(audit.owed).toBeGreaterThan(50)
    expect(audit.lost).toBeGreaterThan(0)
  })

  test('during the first start: the next one goes on where it stopped', async () => {
    place = await makePlace(engine, inject('postgresUrl'))
    const starts = await killFirstStart(place, 3, 600)
    expect(starts.firstToken).toBe(200)
  })
})
