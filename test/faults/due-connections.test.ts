/** What comes due while nobody asks is renewed, each connection once. */
import { expect, inject, test } from 'vitest'
import { ENGINES } from '../house.ts'
import { renewDue } from './due-connections.ts'
import { makePlace } from './place.ts'

test.each(ENGINES)('connections that come due together, on %s', { timeout: 120_000 }, async (engine) => {
  const place = await makePlace(engine, inject('postgresUrl'))
  try {
    const due = { connections: 200, servers: 4, overSeconds: 1, seconds: 90 }
    const { looked, idle, ...renewed } = await renewDue(place, due)
    expect(renewed).toEqual({ renewed: 200, twice: 0, unwell: 0, behindSeconds: 0 })
    expect(looked.length).toBeGreaterThan(0)
    expect(idle.length).toBeGreaterThan(0)
  } finally {
    await place.remove()
  }
})
