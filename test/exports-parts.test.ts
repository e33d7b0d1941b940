import { extractText, getDocumentProxy } from 'unpdf'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addClient, addUser } from './clients.ts'
import { type House, openHouse } from './house.ts'
import { adminOffice, type Office, officeOf } from './office.ts'

/* Files of a part of a list: of one page, and of rows that are named. */

let house: House
let admin: Office
let viewer: Office

beforeAll(async () => {
  house = await openHouse()
  admin = await adminOffice(house)
  viewer = await officeOf(house, 'looker', ['viewer'], 'sallyport_api.read_only')
  for (const name of ['shop', 'other']) await admin.post('/realms', { name })
  await admin.post('/realms/system/roles', { name: 'realm-viewer:other' })
  for (const client_id of ['script', 'formula-1', 'formula-2', 'formula-3', 'formula-4', 'formula-5']) {
    await addClient(house, { client_id, grant_types: ['client_credentials'] }, undefined, 'shop')
  }
  await addUser(house, { username: 'zoe', email: 'zoe@example.org' }, 'shop')
})
afterAll(() => house.close())

async function fileOf(path: string): Promise<Buffer> {
  const answer = await fetch(`${house.url}/api/v1${path}`, { headers: { authorization: `Bearer ${viewer.token}` } })
  expect(answer.status).toBe(200)
  return Buffer.from(await answer.arrayBuffer())
}

describe('a part of a list', () => {
  const idsOf = async (query: string): Promise<string[]> => {
    const rows = JSON.parse((await fileOf(`/realms/shop/clients?format=json&${query}`)).toString())
    return rows.map((row: { client_id: string }) => row.client_id)
  }

  test('this page: the rows that the list shows there, filtered and sorted as there', async () => {
    const query = 'client_id=formula&sort=-client_id&page=2&page_size=2'
    const { body } = await viewer.get(`/realms/shop/clients?${query}`)
    const shown = body.items.map((row: { client_id: string }) => row.client_id)
    expect(shown).toEqual(['formula-3', 'formula-2'])
    expect(await idsOf(`${query}&only=page`)).toEqual(shown)
    expect(await idsOf('client_id=formula&page=9&only=page')).toEqual([])
    const pdf = await fileOf('/realms/shop/clients?format=pdf&columns=client_id&only=page&page_size=2')
    const { text } = await extractText(await getDocumentProxy(new Uint8Array(pdf)), { mergePages: true })
    expect(text).toContain('2 rows')
    expect(text).toContain('page=1')
  })

  test('selected rows: in the order of the list, only those that it has, by the name that paths give them', async () => {
    expect(await idsOf('sort=-client_id&ids=formula-1,script,nobody,formula-3')).toEqual([
      'script',
      'formula-3',
      'formula-1',
    ])
    expect(await idsOf('client_id=formula&ids=script,formula-2')).toEqual(['formula-2'])
    await addClient(house, { client_id: 'a,b c', grant_types: ['client_credentials'] }, undefined, 'shop')
    expect(await idsOf(`ids=${encodeURIComponent(encodeURIComponent('a,b c'))}`)).toEqual(['a,b c'])
    await admin.delete('/realms/shop/clients/a%2Cb%20c')
    const { body } = await viewer.get('/realms/shop/users')
    const users = JSON.parse((await fileOf(`/realms/shop/users?format=json&ids=${body.items[0].id}`)).toString())
    expect(users).toMatchObject([{ username: 'zoe' }])
    const empty = (await fileOf('/realms/shop/roles?format=csv&columns=name&ids=nobody')).toString()
    expect(empty).toBe('\ufeff"name"\r\n')
  })

  test('the audit tells what was taken', async () => {
    await idsOf('ids=script')
    const { body } = await admin.get('/realms/shop/audit?action=clients.export&sort=-at_ms&page_size=1')
    expect(body.items[0].after).toMatchObject({ count: 1, asked: { rows: 'selected' } })
  })

  test.each([
    ['only=page', 'only'],
    ['ids=script', 'ids'],
    ['format=csv&only=half', 'only'],
    ['format=csv&only=page&ids=script', 'only'],
    ['format=csv&ids=', 'ids'],
    ['format=csv&ids=a,,b', 'ids'],
    ['format=csv&ids=%25', 'ids'],
  ])('%s: 400', async (query, field) => {
    expect(await viewer.get(`/realms/shop/clients?${query}`)).toMatchObject({ status: 400, body: { field } })
  })

  test('more than a thousand rows by name: 400', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, at) => at).join(',')
    expect(await idsOf(`ids=${many(1000)}`)).toEqual([])
    const told = await viewer.get(`/realms/shop/clients?format=csv&ids=${many(1001)}`)
    expect(told).toMatchObject({ status: 400, body: { field: 'ids', detail: expect.stringContaining('1000') } })
  })

  test('N141 whoever may not read the list gets no row of it by name', async () => {
    const other = await officeOf(house, 'selector', ['realm-viewer:other'], 'sallyport_api.read_only')
    expect((await other.get('/realms/shop/clients?format=csv&ids=script')).status).toBe(404)
  })
})
