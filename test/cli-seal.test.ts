import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { generateMasterKey } from '#crypto/seal.ts'
import { type CliHouse, jsonOf, openCliHouse } from './cli-house.ts'

/** `seal`, as an operator uses it while the server runs. */

let house: CliHouse
beforeAll(async () => {
  house = await openCliHouse()
})
afterAll(() => house.close())

test('a new data key: begun, waited for, told', { timeout: 60_000 }, async () => {
  const begun = await house.run(['seal', 'rotate', '--no-wait', '--json'])
  expect(jsonOf(begun.out)).toMatchObject({ state: 'announced' })
  const busy = await house.run(['seal', 'rewrap', '--new-master-key-file', house.secretFile(generateMasterKey())])
  expect(busy).toMatchObject({ code: 1, err: expect.stringContaining('seal status') })
  const done = await house.run(['seal', 'rotate'])
  expect(done).toMatchObject({
    code: 0,
    out: expect.stringContaining(`under the data key ${String(jsonOf(begun.out)['key'])}`),
  })
  expect((await house.run(['seal', 'status'])).out).toMatch(/^state +idle\n/)
})

test('a new master key: both fit, then one', async () => {
  const old = readFileSync(join(house.dataDir, 'master.key'), 'utf8')
  const next = generateMasterKey()
  expect(await house.run(['seal', 'rewrap', '--new-master-key-file', house.secretFile('short')])).toMatchObject({
    code: 2,
    err: expect.stringContaining('32 bytes'),
  })
  const rewrapped = await house.run(['seal', 'rewrap', '--new-master-key-file', house.secretFile(next)])
  expect(rewrapped).toMatchObject({ code: 0, err: '' })
  const doctor = async (key: string) => {
    const { out } = await house.run(['doctor'], { env: { SALLYPORT_MASTER_KEY: key } })
    return /^(\w+) +master key/m.exec(out)?.[1]
  }
  expect([await doctor(old.trim()), await doctor(next)]).not.toContain('broken')
  expect(await house.run(['seal', 'rotate'])).toMatchObject({ code: 1, err: expect.stringContaining('seal finish') })
  await house.stop()
  writeFileSync(join(house.dataDir, 'master.key'), `${next}\n`)
  await house.start()
  expect(await house.run(['clients', 'list'])).toMatchObject({ code: 0 })
  expect(await house.run(['seal', 'finish'])).toMatchObject({ code: 0 })
  expect([await doctor(old.trim()), await doctor(next)]).toEqual(['broken', expect.stringMatching(/ok|warning/)])
  expect(await house.run(['seal', 'finish'], { env: { SALLYPORT_MASTER_KEY: old.trim() } })).toMatchObject({ code: 78 })
  expect(await house.run(['clients', 'list'])).toMatchObject({ code: 0 })
})
