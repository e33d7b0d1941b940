import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sweepExpired } from '#store/sweep.ts'
import { addUser, type Credentials } from './clients.ts'
import { REDIRECT_URI, tokensOf } from './code-flow.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, jsonOf, type Office, type Told } from './office.ts'
import { addCaller, addServer, connect, OPEN_HERE, outboundBearer } from './outbound-house.ts'
import { openScriptedServer, type ScriptedServer } from './scripted-server.ts'

/* Connectors: saved calls, run by administrators and applications, and what is told of their runs. */

describe.each(ENGINES)('connectors, on %s', (engine) => {
  let house: House
  let api: ScriptedServer
  let admin: Office
  let app: Credentials
  let bearer: string
  let count = 0
  const root = '/realms/default/connectors'

  beforeAll(async () => {
    api = await openScriptedServer()
    house = await openHouse({ engine, env: OPEN_HERE })
    admin = await adminOffice(house)
    await addServer(house, `${api.url}/token`, { name: 'Crm', base_url: `${api.url}/v1` })
    app = await addCaller(house, 'app')
    bearer = await outboundBearer(house, app, 'outbound:token outbound:call')
  })
  beforeEach(() => {
    api.reset()
    api.stand('/token', { json: { access_token: 'token-of-the-crm', expires_in: 3600 } })
  })
  afterAll(async () => {
    await house.close()
    await api.close()
  })

  const save = async (fields: object): Promise<string> => {
    const name = `connector ${++count}`
    const made = await admin.post(root, { name, oauth_server: 'crm', ...fields })
    if (made.status !== 201) throw new Error(JSON.stringify(made.body))
    return name
  }
  const run = (name: string, parameters: object = {}): Promise<Told> =>
    admin.post(`${root}/${encodeURIComponent(name)}/run`, { parameters })
  const door = async (name: string, body: unknown = {}, token = bearer) => {
    const response = await fetch(`${house.issuer()}/outbound/connectors/${encodeURIComponent(name)}/run`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return { status: response.status, body: await jsonOf(response) }
  }
  const asked = () => api.asked.findLast(({ path }) => path !== '/token')

  test('parameters fill path, query, headers and a JSON body; outputs come from all of the answer', async () => {
    const name = await save({
      method: 'POST',
      path: '/customers/{customer}/contacts',
      query: [{ name: 'q', value: '{name} & more' }],
      headers: [{ name: 'X-Trace', value: 'run-{customer}' }],
      body: {
        kind: 'json',
        content: '{"name": "{name}", "age": {age}, "note": "{note}", "deep": {"empty": ""}}',
        omit_empty: true,
      },
      outputs: [
        { name: 'code', from: 'status' },
        { name: 'type', from: 'header', expression: 'Content-Type' },
        { name: 'first', from: 'body', language: 'jsonpath', expression: '$.items[0].id' },
        { name: 'all', from: 'body', language: 'jsonpath', expression: '$.items[*].id' },
        { name: 'none', from: 'body', language: 'jsonpath', expression: '$.nothing' },
        { name: 'matched', from: 'body', language: 'regex', expression: '"total":(\\d+)' },
      ],
    })
    api.stand('/v1/customers/a%20b/contacts', { status: 201, json: { items: [{ id: 1 }, { id: 2 }], total: 42 } })
    const told = await run(name, { customer: 'a b', name: 'Ada "Ä" \\', age: '36', note: '' })
    expect(told.status, JSON.stringify(told.body)).toBe(200)
    expect(told.body).toMatchObject({
      result: 'ok',
      status: 201,
      code: null,
      outputs: { code: 201, type: 'application/json', first: 1, all: [1, 2], none: null, matched: '42' },
    })
    expect(asked()).toMatchObject({ method: 'POST', query: { q: 'Ada "Ä" \\ & more' } })
    expect(JSON.parse(asked()?.body ?? '')).toEqual({ name: 'Ada "Ä" \\', age: 36, deep: {} })
    expect(asked()?.headers).toMatchObject({
      authorization: 'Bearer token-of-the-crm',
      'x-trace': 'run-a b',
      'content-type': 'application/json',
    })
  })

  test('form and text bodies; empty values can be left out', async () => {
    api.stand('/v1/f', { text: 'ok' })
    const body = { kind: 'form', content: 'a={x}\nb={y}\nc=1', omit_empty: true }
    await run(await save({ method: 'POST', path: '/f', body }), { x: 'ä&=', y: '' })
    expect(asked()?.parameters).toEqual({ a: 'ä&=', c: '1' })
    await run(await save({ method: 'POST', path: '/f', body: { ...body, omit_empty: false } }), { x: '', y: '' })
    expect(asked()?.body).toBe('a=&b=&c=1')
    await run(await save({ method: 'PUT', path: '/f', body: { kind: 'text', content: 'hello {x}' } }), { x: 'you' })
    expect(asked()).toMatchObject({ body: 'hello you', method: 'PUT' })
  })

  test('XML: paths find text and numbers, and no entity is looked up', async () => {
    const outputs = [
      { name: 'name', from: 'body', language: 'xpath', expression: '/order/name' },
      { name: 'count', from: 'body', language: 'xpath', expression: 'count(/order/line)' },
      { name: 'lines', from: 'body', language: 'xpath', expression: '/order/line/@id' },
    ]
    const name = await save({ path: '/xml', outputs })
    api.stand('/v1/xml', { text: '<order><name>Ada</name><line id="1"/><line id="2"/></order>' })
    expect((await run(name)).body.outputs).toEqual({ name: 'Ada', count: 2, lines: ['1', '2'] })
    api.stand('/v1/xml', {
      text: '<!DOCTYPE o [<!ENTITY x SYSTEM "file:///etc/passwd">]><order><name>&x;</name></order>',
    })
    const told = await run(name)
    expect(told.body).toMatchObject({ result: 'failed', code: 'output_unreadable', outputs: { name: null } })
  })

  test('N172 names of prototypes are members like any other, and a bomb of entities is no document', async () => {
    const found = (name: string, expression: string) => ({ name, from: 'body', language: 'jsonpath', expression })
    const outputs = [found('proto', '$.__proto__'), found('inherited', '$.constructor'), found('plain', '$.a')]
    const name = await save({ path: '/json', outputs })
    api.stand('/v1/json', { text: '{"__proto__": {"admin": true}, "a": {"toString": 1}}' })
    const { body } = await run(name)
    expect(body.outputs).toEqual({ proto: { admin: true }, inherited: null, plain: { toString: 1 } })
    expect(({} as { admin?: true }).admin).toBeUndefined()
    const own = { name: 'x', oauth_server: 'crm', path: '/', outputs: [{ ...found('a', '$'), name: '__proto__' }] }
    expect(await admin.post(root, own)).toMatchObject({ status: 400, body: { field: 'outputs.0.name' } })
    const bomb = await save({
      path: '/bomb',
      outputs: [{ name: 'a', from: 'body', language: 'xpath', expression: '/a' }],
    })
    const entities = Array.from({ length: 12 }, (_, at) => `<!ENTITY e${at + 1} "${`&e${at};`.repeat(10)}">`)
    api.stand('/v1/bomb', {
      text: `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e0 "x">${entities.join('')}]><a>&e12;</a>`,
    })
    expect((await run(bomb)).body).toMatchObject({ code: 'output_unreadable', outputs: { a: null } })
  })

  test('paths and patterns that nobody can read are not saved', async () => {
    for (const [language, expression] of [
      ['jsonpath', '$.['],
      ['xpath', '/a['],
      ['regex', '(a'],
    ]) {
      const outputs = [{ name: 'x', from: 'body', language, expression }]
      const told = await admin.post(root, { name: 'wrong', oauth_server: 'crm', outputs })
      expect(told, language).toMatchObject({ status: 400, body: { field: 'outputs.0.expression' } })
    }
  })

  test('N175 a pattern that never ends is ended, and the house goes on', async () => {
    const outputs = [{ name: 'x', from: 'body', language: 'regex', expression: '^(a+)+$' }]
    const name = await save({ path: '/slow', outputs })
    api.stand('/v1/slow', { text: `${'a'.repeat(40)}!` })
    const running = run(name)
    expect((await admin.get('/realms/default')).status).toBe(200)
    expect((await running).body).toMatchObject({ result: 'failed', code: 'output_timeout', outputs: { x: null } })
  })

  test('N164 a value cannot lead elsewhere, and values have to fit', async () => {
    const name = await save({ path: '/a/{x}/b', headers: [{ name: 'x-h', value: '{h}' }] })
    for (const x of ['..', '.', 'a/b', '', 'a\\b', '\n', '%2f/']) {
      expect((await run(name, { x, h: '' })).status, JSON.stringify(x)).toBe(400)
    }
    expect((await run(name, { x: 'a', h: 'b\r\nX-Evil: 1' })).status).toBe(400)
    expect((await run(name, { x: 'a' })).body.detail).toContain('parameters.h')
    expect((await run(name, { x: 'a', h: '', more: '' })).status).toBe(400)
    const json = await save({ method: 'POST', path: '/j', body: { kind: 'json', content: '{"n": {n}}' } })
    expect((await run(json, { n: '1, "admin": true' })).status).toBe(400)
    expect(api.asked).toEqual([])
  })

  test('N153 the log of runs tells what was done, with secrets masked', async () => {
    const name = await save({
      method: 'POST',
      path: '/log',
      query: [{ name: 'api_key', value: '{key}' }],
      body: { kind: 'json', content: '{"password": "{password}", "name": "Ada"}' },
    })
    api.stand('/v1/log', ({ headers }) => ({
      status: 422,
      json: { echo: headers.authorization, refresh_token: 'canary-in-the-answer', told: 'canary-password', why: 'no' },
    }))
    const told = await run(name, { key: 'canary-key-1234', password: 'canary-password' })
    expect(told.body).toMatchObject({ result: 'failed', code: 'http_422', status: 422 })
    const { body } = await admin.get(`${root}/${encodeURIComponent(name)}/runs`)
    expect(body).toMatchObject({
      total: 1,
      items: [
        { result: 'failed', actor_kind: 'client', actor_name: 'sallyport-bootstrap', request: { method: 'POST' } },
      ],
    })
    const text = JSON.stringify(body) + JSON.stringify(told.body) + house.logged.join('')
    for (const canary of ['canary-', 'token-of-the-crm']) expect(text).not.toContain(canary)
    expect(text).toContain('Ada')
    expect(text).toContain('why')
    const file = await admin.call('GET', `${root}/${encodeURIComponent(name)}/runs?format=json`)
    expect(file.status).toBe(200)
  })

  test('applications run connectors of servers that they may use, with whose connection it says', async () => {
    const name = await save({ path: '/me', outputs: [{ name: 'said', from: 'body' }] })
    api.stand('/v1/me', ({ headers }) => ({ text: String(headers.authorization) }))
    expect(await door(name)).toMatchObject({
      status: 200,
      body: { result: 'ok', status: 200, outputs: { said: 'Bearer token-of-the-crm' } },
    })
    const narrow = await outboundBearer(house, app, 'outbound:token')
    expect((await door(name, {}, narrow)).status).toBe(403)
    expect((await door('nowhere')).status).toBe(404)
    for (const body of [[], { parameters: [] }, { parameters: { x: 1 } }, { more: 1 }, null]) {
      expect((await door(name, body)).status, JSON.stringify(body)).toBe(400)
    }
    await admin.patch('/realms/default/oauth-servers/crm', { allowed_clients: [] })
    expect((await door(name)).status).toBe(403)
    await admin.patch('/realms/default/oauth-servers/crm', { allowed_clients: ['*'] })
  })

  test('a connector of users runs with the connection of who calls, and of nobody else', async () => {
    await addServer(house, `${api.url}/token`, {
      name: 'Mail',
      grant_type: 'authorization_code',
      authorization_endpoint: `${api.url}/authorize`,
      base_url: `${api.url}/mail`,
    })
    const fields = { oauth_server: 'mail', connection: 'user', path: '/me', outputs: [{ name: 'said', from: 'body' }] }
    const name = await save(fields)
    api.stand('/mail/me', ({ headers }) => ({ text: String(headers.authorization) }))
    const client = await addCaller(house, 'mailer', {
      grant_types: ['authorization_code'],
      redirect_uris: [REDIRECT_URI],
      scope: 'openid outbound:call',
    })
    const ann = await addUser(house, { username: 'ann' })
    await addUser(house, { username: 'bob' })
    api.next({ json: { access_token: 'of-ann', expires_in: 3600 } })
    await connect(house, 'mail', ann)
    const tokenOf = async (username: string) =>
      (await tokensOf(house, { client, username, scope: 'openid outbound:call' })).access_token
    expect((await door(name, {}, await tokenOf('ann'))).body.outputs).toEqual({ said: 'Bearer of-ann' })
    expect((await door(name, {}, await tokenOf('bob'))).status).toBe(409)
    expect((await door(name)).status).toBe(403)
    expect((await run(name)).status).toBe(409)
  })

  test('a disabled server answers 503 with the reason, and the run is told', async () => {
    const name = await save({ path: '/x' })
    await admin.post('/realms/default/oauth-servers/crm/disable', { reason: 'the contract ended' })
    for (const told of [await run(name), await door(name)]) {
      expect(told.status).toBe(503)
      expect(told.body.detail).toContain('the contract ended')
    }
    await admin.post('/realms/default/oauth-servers/crm/enable')
    const { body } = await admin.get(`${root}/${encodeURIComponent(name)}/runs?code=disabled`)
    expect(body.total).toBe(2)
  })

  test('an API that takes too long, sends too much or breaks off is told so', async () => {
    const name = await save({ path: '/slow', timeout_ms: 200 })
    api.stand('/v1/slow', { text: 'late', delayMs: 2000 })
    expect((await run(name)).status).toBe(504)
    api.stand('/v1/slow', { drop: 'before_answer' })
    expect((await run(name)).status).toBe(502)
    const long = await save({ path: '/long' })
    api.stand('/v1/long', { paddingBytes: 11 * 1024 * 1024 })
    expect((await run(long)).status).toBe(502)
    const { body } = await admin.get(`${root}/${encodeURIComponent(long)}/runs`)
    expect(body.items[0]).toMatchObject({ result: 'failed', code: 'too_large' })
  })

  test('runs are kept for thirty days', async () => {
    const name = await save({ path: '/x' })
    api.stand('/v1/x', { text: 'ok' })
    await run(name)
    const path = `${root}/${encodeURIComponent(name)}/runs`
    const { db } = house.app.context
    await sweepExpired(db, Math.floor(Date.now() / 1000) + 29 * 86_400)
    expect((await admin.get(path)).body.total).toBe(1)
    await db.sql.updateTable('connector_runs').set({ expires_at: 1 }).execute()
    await sweepExpired(db, Math.floor(Date.now() / 1000))
    expect((await admin.get(path)).body.total).toBe(0)
  })
})
