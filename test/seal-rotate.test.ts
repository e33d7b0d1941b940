import { afterEach, describe, expect, test } from 'vitest'
import { sealedColumns } from '#store/sealed-columns.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, type Office } from './office.ts'
import { basic, form } from './requests.ts'

/* Secrets at rest under a new data key, while the house serves. */

const houses: House[] = []
afterEach(async () => {
  for (const house of houses.splice(0)) await house.close()
})

async function opened(engine: (typeof ENGINES)[number]): Promise<{ house: House; admin: Office }> {
  const house = await openHouse({ engine })
  houses.push(house)
  return { house, admin: await adminOffice(house) }
}

async function tokenWorks(house: House, client_secret: string): Promise<boolean> {
  const response = await fetch(`${house.issuer()}/token`, {
    method: 'POST',
    headers: basic({ client_id: 'machine', client_secret }),
    body: form({ grant_type: 'client_credentials' }),
  })
  return response.status === 200
}

async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await ask()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

const rotated = (admin: Office) =>
  until(async () => {
    const { body } = await admin.get('/seal')
    return body.state === 'idle' ? body : undefined
  })

describe.each(ENGINES)('on %s', (engine) => {
  test('a rotation seals everything anew while the house serves, and goes on after a stop', {
    timeout: 90_000,
  }, async () => {
    const { house, admin } = await opened(engine)
    for (let index = 0; index < 130; index += 1) {
      const made = { client_id: `sealed-${index}`, token_endpoint_auth_method: 'client_secret_jwt' }
      expect((await admin.post('/realms/default/clients', made)).status).toBe(201)
    }
    const machine = { client_id: 'machine', grant_types: ['client_credentials'] }
    const secret = (await admin.post('/realms/default/clients', machine)).body.client_secret
    const before = await admin.get('/seal')
    expect(before.body).toMatchObject({ state: 'idle', left: 0 })
    const begun = await admin.post('/seal/rotate')
    expect(begun.body.state).toBe('announced')
    expect(begun.body.left).toBeGreaterThan(130)
    expect(begun.body.key).not.toBe(before.body.key)
    expect((await admin.post('/seal/rotate')).body.key).toBe(begun.body.key)
    await until(async () => ((await admin.get('/seal')).body.state === 'announced' ? undefined : true))
    await house.restart()
    const again = await adminOffice(house)
    const done = await rotated(again)
    expect(done).toMatchObject({ key: begun.body.key, left: 0 })
    expect(await tokenWorks(house, secret)).toBe(true)
    const { sql } = house.app.context.db
    const stored = await sql
      .selectFrom('facts')
      .select('value')
      .where('name', '=', 'data_keys')
      .executeTakeFirstOrThrow()
    expect(JSON.parse(stored.value)).toMatchObject([{ id: begun.body.key }])
    expect(await sql.selectFrom('audit').select('id').where('action', '=', 'seal.rotate').execute()).toHaveLength(1)
    await house.restart()
    expect(await tokenWorks(house, secret)).toBe(true)
  })

  test('every column whose name says that it is sealed is among those that are sealed anew', async () => {
    const { house } = await opened(engine)
    const tables = await house.app.context.db.sql.introspection.getTables()
    const sealed = tables.flatMap(({ name, columns }) =>
      columns.filter((column) => column.name.endsWith('_sealed')).map((column) => `${name}.${column.name}`),
    )
    const known = new Set(sealedColumns.map(({ table, column }) => `${table}.${column}`))
    expect(sealed.filter((column) => !known.has(column))).toEqual([])
  })
})
