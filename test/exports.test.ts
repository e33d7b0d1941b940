import { readSheet } from 'read-excel-file/node'
import { extractText, getDocumentProxy } from 'unpdf'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Call, listQueryOf } from '#admin/call.ts'
import { exported } from '#admin/export/export.ts'
import * as contract from '#contract/client.ts'
import type { Operation } from '#contract/operation.ts'
import { operations } from '#contract/operations.ts'
import { itemOf } from '#contract/page.ts'
import { listClients } from '#store/clients.ts'
import { fill } from './bench/many-rows.ts'
import { addClient, addUser, realmOf, TEST_ACTOR } from './clients.ts'
import { type House, openHouse } from './house.ts'
import { adminOffice, type Office, office, officeOf } from './office.ts'

const hostile = [
  ['script', '<script>alert(1)</script> & "quotes", commas'],
  ['rtl', 'חנות \u202eהזמנות\u202c مرحبا'],
  ['long', 'x'.repeat(200)],
  ['formula-1', '=HYPERLINK("http://evil.example","x")'],
  ['formula-2', '+1+cmd|calc'],
  ['formula-3', '-2+3'],
  ['formula-4', '@SUM(A1)'],
  ['formula-5', '\uff1d1+1'],
  ['escape', '_x0041_ \ud83d\udd11'],
] as const

let house: House
let admin: Office
let viewer: Office

beforeAll(async () => {
  house = await openHouse()
  admin = await adminOffice(house)
  viewer = await officeOf(house, 'looker', ['viewer'], 'sallyport_api.read_only')
  for (const name of ['shop', 'other']) await admin.post('/realms', { name })
  await admin.post('/realms/system/roles', { name: 'realm-viewer:other' })
  for (const [client_id, client_name] of hostile) {
    const description = client_id === 'long' ? 'y'.repeat(2000) : 'a line\nanother'
    const grant_types = ['authorization_code', 'refresh_token']
    await addClient(house, { client_id, client_name, description, grant_types }, undefined, 'shop')
  }
  await addUser(house, { username: 'zoe', email: 'zoe@example.org' }, 'shop')
})
afterAll(() => house.close())

async function download(path: string, who: Office = viewer): Promise<Response> {
  const headers = who.token === undefined ? {} : { authorization: `Bearer ${who.token}` }
  return await fetch(`${house.url}/api/v1${path}`, { headers })
}

async function bytesOf(path: string): Promise<Buffer> {
  const answer = await download(path)
  expect(answer.status).toBe(200)
  return Buffer.from(await answer.arrayBuffer())
}

/** RFC 4180, read by the letter. */
function parsedCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    if (end === ',') continue
    rows.push(row)
    row = []
  }
  return rows
}

const list = '/realms/shop/clients?format='
const today = new Date().toISOString().slice(0, 10)
const safe = (name: string): string => (/^[=+\-@\uff1d]/.test(name) ? `'${name}` : name)

describe('what every file has', () => {
  test.each([
    ['json', 'application/json'],
    ['csv', 'text/csv'],
    ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
    ['pdf', 'application/pdf'],
  ])('%s: a name, a type, and nobody may keep or guess it', async (format, type) => {
    const { status, headers } = await download(list + format)
    expect(status).toBe(200)
    expect(headers.get('content-type')).toContain(type)
    expect(headers.get('content-disposition')).toBe(`attachment; filename="sallyport-shop-clients-${today}.${format}"`)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('cache-control')).toBe('no-store')
  })

  test('N145 the same right and the same fields as the list; no secret among them', async () => {
    expect((await download(`${list}csv`, office(house, undefined))).status).toBe(401)
    const stranger = await officeOf(house, 'stranger', ['realm-viewer:other'])
    expect((await download(`${list}csv`, stranger)).status).toBe(404)
    const listed = await viewer.get('/realms/shop/clients')
    const file = JSON.parse((await bytesOf(`${list}json`)).toString())
    expect(file).toEqual(listed.body.items)
  })

  test('who took what is in the audit', async () => {
    await bytesOf(`${list}csv&client_id=formula&sort=-client_id&columns=client_id`)
    const told = await admin.get('/realms/shop/audit?action=clients.export')
    expect(told.body.items[0]).toMatchObject({
      action: 'clients.export',
      actor_name: 'looker',
      object_name: 'shop',
      after: {
        format: 'csv',
        count: 5,
        columns: ['client_id'],
        asked: { client_id: 'formula', sort: '-client_id' },
      },
    })
  })

  test('every list of the contract is a file as well', async () => {
    const { body: people } = await admin.get('/realms/shop/users')
    const at = { realm: 'shop', client_id: 'script', id: people.items[0].id }
    const isAbout = ({ path }: (typeof operations)[number]) => !path.includes('{id}') || path.includes('/users/{id}')
    const lists = operations.filter((each) => each.method === 'GET' && itemOf(each) !== undefined && isAbout(each))
    expect(lists.length).toBeGreaterThan(10)
    for (const { id, path } of lists) {
      const filled = path.replace(/\{(\w+)\}/g, (whole, name: string) => at[name as keyof typeof at] ?? whole)
      if (filled.includes('{')) continue
      const answer = await download(`${filled}?format=csv`)
      expect([id, answer.status, answer.headers.get('content-type')]).toEqual([
        id,
        200,
        'text/csv; charset=utf-8; header=present',
      ])
      expect([id, (await answer.text()).startsWith('<')]).toEqual([id, false])
    }
  })

  test.each([
    ['columns=client_id', 'columns'],
    ['format=xls', 'format'],
    ['format=csv&columns=client_id,secret', 'columns'],
    ['format=csv&columns=__proto__', 'columns'],
    ['format=csv&columns=client_id,client_id', 'columns'],
    ['format=csv&no_such=1', 'no_such'],
    ['format=csv&sort=secret', 'sort'],
    ['format=csv&expires_in=x', 'expires_in'],
  ])('N146 refuses %s', async (query, field) => {
    const told = await viewer.get(`/realms/shop/clients?${query}`)
    expect(told).toMatchObject({ status: 400, body: { field } })
  })
})

describe('csv', () => {
  test('N149 begins with the byte order mark, quotes texts, and holds no formula', async () => {
    const text = (
      await bytesOf(`${list}csv&columns=client_id,client_name,description,enabled&sort=created_at`)
    ).toString()
    expect(text.charCodeAt(0)).toBe(0xfeff)
    const [head, ...rows] = parsedCsv(text.slice(1))
    expect(head).toEqual(['client_id', 'client_name', 'description', 'enabled'])
    const told = new Map(rows.map((row) => [row[0], row]))
    expect(rows).toHaveLength(hostile.length + 1)
    for (const [client_id, name] of hostile) expect(told.get(client_id)?.[1]).toBe(safe(name))
    expect(told.get('script')?.slice(2)).toEqual(['a line\nanother', 'true'])
  })

  test('an empty list is a file with its names', async () => {
    const text = (await bytesOf(`${list}csv&client_id=nobody&columns=client_id`)).toString()
    expect(parsedCsv(text.slice(1))).toEqual([['client_id']])
  })
})

describe('xlsx', () => {
  test('N149 is read back by a library: names, types, dates, and no formula', async () => {
    const columns = 'client_id,client_name,description,enabled,expires_in,created_at,grant_types'
    const bytes = await bytesOf(`${list}xlsx&sort=client_id&columns=${columns}`)
    const [head, ...rows] = await readSheet(bytes)
    expect(head).toEqual(columns.split(','))
    const told = new Map(rows.map((row) => [row[0], row]))
    expect(rows).toHaveLength(hostile.length + 1)
    for (const [client_id, name] of hostile) {
      if (client_id !== 'escape') expect(told.get(client_id)?.[1]).toBe(safe(name))
    }
    const { body } = await viewer.get('/realms/shop/clients/long')
    expect(told.get('long')?.slice(2)).toEqual([
      body.description,
      true,
      body.expires_in,
      expect.any(Date),
      body.grant_types.join(', '),
    ])
    // A moment is a fraction of days there.
    expect(Math.round(Number(told.get('long')?.[5]) / 1000)).toBe(body.created_at)
  })

  test('an empty list is a sheet with its names', async () => {
    expect(await readSheet(await bytesOf(`${list}xlsx&client_id=nobody&columns=client_id`))).toEqual([['client_id']])
  })
})

describe('pdf', () => {
  test('has a title, what was asked for, every row, and numbers its pages', async () => {
    const bytes = await bytesOf(`${list}pdf&client_id=formula&columns=client_id,client_name,created_at`)
    const { text, totalPages } = await extractText(await getDocumentProxy(new Uint8Array(bytes)), { mergePages: true })
    expect(totalPages).toBe(1)
    expect(text).toContain('clients of shop')
    expect(text).toContain('5 rows, 3 of')
    expect(text).toContain('client_id=formula')
    expect(text).toContain('1 / 1')
    for (const [client_id] of hostile) {
      if (client_id.startsWith('formula')) expect(text).toContain(client_id)
    }
  })

  test('has room for so many columns', async () => {
    const columns = 'client_id,client_name,description,enabled,scope,expires_in,roles,built_in,jwks,jwks_uri,logo_uri'
    const told = await viewer.get(`${list}pdf&columns=${columns},tos_uri,policy_uri`)
    expect(told).toMatchObject({ status: 400, body: { field: 'columns', detail: expect.stringContaining('12') } })
  })
})

describe('long lists', () => {
  const long = 20_000

  beforeAll(async () => {
    await admin.post('/realms', { name: 'long' })
    await fill(house.app.context.db, (await realmOf(house, 'long')).id, long)
  }, 120_000)

  test.each(['csv', 'xlsx', 'json'])(
    '%s of 20,000 rows is made in parts, every row once',
    async (format) => {
      const answer = await download(`/realms/long/clients?format=${format}&sort=client_id&columns=client_id,enabled`)
      const parts: Buffer[] = []
      for await (const part of answer.body ?? []) parts.push(Buffer.from(part as Uint8Array))
      expect(parts.length).toBeGreaterThan(3)
      const ids = await idsIn(format, Buffer.concat(parts))
      expect(ids.filter((id) => id.startsWith('shop-'))).toEqual(
        Array.from({ length: long }, (_, at) => `shop-${String(at).padStart(6, '0')}`),
      )
    },
    60_000,
  )

  async function idsIn(format: string, bytes: Buffer): Promise<string[]> {
    if (format === 'json') return JSON.parse(bytes.toString()).map((item: { client_id: string }) => item.client_id)
    const rows = format === 'csv' ? parsedCsv(bytes.toString().slice(1)) : await readSheet(bytes)
    return rows.slice(1).map((row) => String(row[0]))
  }

  test('rows are read as the file is read, and no further than its reader goes', async () => {
    const { db } = house.app.context
    const read: number[] = []
    const run = async (call: Call<Operation>) => {
      const page = await listClients(db, call.realm.id, listQueryOf(call.query as Parameters<typeof listQueryOf>[0]))
      read.push(page.items.length)
      return { value: page }
    }
    const realm = await realmOf(house, 'long')
    const call = { context: house.app.context, actor: TEST_ACTOR, realm, query: { format: 'csv' } }
    const file = await exported({ operation: contract.listClients, run }, call as unknown as Call<Operation>)
    if (typeof file?.body !== 'object' || !(Symbol.asyncIterator in file.body)) throw new Error('no stream')
    const parts = file.body[Symbol.asyncIterator]()
    for (let part = 0; part < 4; part++) await parts.next()
    expect(read).toEqual([500, 500, 500])
    await parts.return?.()
    expect(await parts.next()).toMatchObject({ done: true })
    expect(read).toHaveLength(3)
  })

  test('a PDF of so many rows is refused, and says what to ask for', async () => {
    const told = await viewer.get('/realms/long/clients?format=pdf')
    expect(told).toMatchObject({ status: 400, body: { field: 'format', detail: expect.stringMatching(/2000.*xlsx/) } })
  })
})
