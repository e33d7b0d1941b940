import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemActor } from '#store/audit.ts'
import { createClient } from '#store/client-changes.ts'
import { findClient } from '#store/clients.ts'
import { type Database, inOneTransaction } from '#store/database.ts'
import { createRealm, findRealm, type Realm } from '#store/realms.ts'
import { createRole, findRole } from '#store/roles.ts'
import { ENGINES, openTestDatabase, type TestDatabase } from './store-engines.ts'

describe.each(ENGINES)('several changes as one on %s', (engine) => {
  let place: { db: Database; realm: Realm }
  let database: TestDatabase

  beforeEach(async () => {
    database = await openTestDatabase(engine)
    const realm = await createRealm(database.db, systemActor, { name: 'shop', display_name: 'Shop' })
    if (realm === 'taken') throw new Error('a new database has no such realm')
    place = { db: database.db, realm }
  })
  afterEach(() => database.drop())

  test('what one wrote the next one reads, nobody else before the end, and nothing is left of a refusal', async () => {
    const { db, realm } = place
    const make = (refuse: boolean) =>
      inOneTransaction(db, async (joined) => {
        expect(await findClient(joined, realm.id, 'web')).toBeUndefined()
        await createClient(joined, systemActor, realm.id, { client_id: 'web' })
        expect(await findClient(joined, realm.id, 'web')).toMatchObject({ client_id: 'web' })
        await createRole(joined, systemActor, realm.id, { name: 'editor', description: '' })
        if (refuse) throw new Error('refused')
        return 'made'
      })
    expect(await findClient(db, realm.id, 'web')).toBeUndefined()
    await expect(make(true)).rejects.toThrow('refused')
    expect(await findClient(db, realm.id, 'web')).toBeUndefined()
    expect(await findRole(db, realm.id, 'editor')).toBeUndefined()
    expect(await make(false)).toBe('made')
    expect(await findClient(db, realm.id, 'web')).toMatchObject({ client_id: 'web' })
    expect(await findRealm(db, 'shop')).toMatchObject({ name: 'shop' })
  })

  test('a name that is taken ends the whole of it', async () => {
    const { db, realm } = place
    const twice = inOneTransaction(db, async (joined) => {
      await createRole(joined, systemActor, realm.id, { name: 'first', description: '' })
      await createRole(joined, systemActor, realm.id, { name: 'twice', description: '' })
      const again = await createRole(joined, systemActor, realm.id, { name: 'twice', description: '' })
      if (again === 'taken') throw new Error('taken')
    })
    await expect(twice).rejects.toThrow('taken')
    expect(await findRole(db, realm.id, 'first')).toBeUndefined()
  })

  test('two at once come one after the other', async () => {
    const { db, realm } = place
    const once = () =>
      inOneTransaction(db, async (joined) => {
        if (await findRole(joined, realm.id, 'once')) return 'there'
        await createRole(joined, systemActor, realm.id, { name: 'once', description: '' })
        return 'made'
      })
    expect((await Promise.all([once(), once(), once()])).toSorted()).toEqual(['made', 'there', 'there'])
  })
})
