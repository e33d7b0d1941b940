/** The office's ways with the nouns of the door out: what was done to each, the way back, the recycle bin, many at once. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, type Office, type Parsed } from './office.ts'

const root = '/realms/default'

describe.each(ENGINES)('the nouns of the door out on %s', (engine) => {
  let house: House
  let admin: Office

  beforeAll(async () => {
    house = await openHouse({ engine })
    admin = await adminOffice(house)
  })
  afterAll(() => house.close())

  /** Nothing answers there: saving keeps what was said. */
  const server = (name: string) => ({
    name,
    grant_type: 'client_credentials',
    client_id: 'ours',
    client_secret: 'a secret of theirs',
    token_endpoint: 'https://login.example/token',
    base_url: 'https://api.example',
  })
  const versions = async (path: string): Promise<Parsed[]> => (await admin.get(`${path}/history`)).body.items
  const versionOf = async (path: string, action: string): Promise<string> =>
    (await versions(path)).find((each) => each.action === action).version
  const revert = (path: string, version: string, headers?: Record<string, string>) =>
    admin.post(`${path}/history/${version}/revert`, undefined, headers)
  const binned = async (name: string) =>
    (await admin.get(`${root}/deleted?name=${encodeURIComponent(name)}`)).body.items[0]
  const restore = async (name: string) => await admin.post(`${root}/deleted/${(await binned(name)).id}/restore`)

  test.each(['environment', 'application'])(
    'an %s goes back to a version, by the name that it has now',
    async (kind) => {
      const path = `${root}/${kind}s`
      await admin.post(path, { name: 'one', description: 'as it was' })
      await admin.patch(`${path}/one`, { name: 'other', description: 'now' })
      const [update, create] = await versions(`${path}/other`)
      expect(update).toMatchObject({
        action: `${kind}.update`,
        before: { name: 'one', description: 'as it was' },
        after: { name: 'other', description: 'now' },
      })
      expect(Object.keys(create.after).toSorted()).toEqual(['description', 'name'])
      const told = await revert(`${path}/other`, create.version)
      expect(told).toMatchObject({ status: 200, body: { name: 'one', description: 'as it was' } })
      expect(told.headers.get('etag')).toBe((await admin.get(`${path}/one`)).headers.get('etag'))
      expect((await versions(`${path}/one`))[0]).toMatchObject({
        action: `${kind}.revert`,
        reverted_to: create.version,
      })
      expect(await revert(`${path}/one`, update.version, { 'if-match': '"stale"' })).toMatchObject({ status: 412 })
      expect((await revert(`${path}/one`, 'nothing')).status).toBe(404)
    },
  )

  test('a category goes back in names of clients, and not to clients that are gone', async () => {
    for (const client_id of ['first', 'second']) await admin.post(`${root}/clients`, { client_id })
    const path = `${root}/categories/Finance`
    await admin.post(`${root}/categories`, { name: 'Finance', allowed_clients: ['first'] })
    await admin.patch(path, { allowed_clients: ['second'], description: 'changed' })
    await admin.patch(path, { allowed_clients: null })
    const [free, second, first] = await versions(path)
    expect([free.after.allowed_clients, second.after.allowed_clients]).toEqual([null, ['second']])
    expect(await revert(path, first.version)).toMatchObject({ status: 200, body: { allowed_clients: ['first'] } })
    expect((await admin.get(path)).body).toMatchObject({ description: '', allowed_clients: ['first'] })
    await admin.delete(`${root}/clients/second`)
    expect(await revert(path, second.version)).toMatchObject({ status: 400, body: { field: 'allowed_clients' } })
  })

  test('N145 an OAuth server goes back, its secrets stay, and none is in a version', async () => {
    await admin.post(`${root}/environments`, { name: 'test' })
    await admin.post(`${root}/categories`, { name: 'Passing' })
    await admin.post(`${root}/oauth-servers`, {
      ...server('Acme'),
      category: 'Passing',
      post_parameters: [{ name: 'audience', value: 'a hidden value', secret: true }],
      overrides: [{ environment: 'test', client_id: 'ours-in-test', client_secret: 'a secret of the test' }],
    })
    const path = `${root}/oauth-servers/acme`
    const { body: before } = await admin.get(path)
    await admin.patch(path, { scope: 'read', category: null, overrides: [], max_retry_attempts: 9 })
    await admin.post(`${path}/disable`, { reason: 'the contract ended' })
    await admin.post(`${path}/enable`)
    const [enabled, disabled, updated, created] = await versions(path)
    expect([enabled.action, disabled.action]).toEqual(['oauth_server.enable', 'oauth_server.disable'])
    expect(disabled).toMatchObject({
      before: { disabled_reason: null },
      after: { disabled_reason: 'the contract ended' },
    })
    expect(updated.before).toMatchObject({ category: 'Passing', overrides: [{ environment: 'test' }], scope: '' })
    expect((await revert(path, disabled.version)).status).toBe(409)
    const told = await revert(path, created.version)
    expect(told.status).toBe(200)
    expect(told.body).toMatchObject({
      category: 'Passing',
      scope: '',
      max_retry_attempts: 3,
      overrides: [{ environment: 'test', client_id: 'ours-in-test' }],
    })
    expect(told.body.secrets).toContainEqual(before.secrets.find((each: Parsed) => each.environment === null))
    const everything = JSON.stringify([await versions(path), told.body])
    for (const secret of ['a secret of theirs', 'a hidden value', 'a secret of the test']) {
      expect(everything).not.toContain(secret)
    }
    await admin.patch(path, { category: null, overrides: [] })
    await admin.delete(`${root}/categories/Passing`)
    expect(await revert(path, created.version)).toMatchObject({ status: 400, body: { field: 'category' } })
    await restore('Passing')
    await admin.delete(`${root}/environments/test`)
    expect(await revert(path, created.version)).toMatchObject({ status: 400, body: { field: 'overrides' } })
  })

  test('no secret follows an OAuth server back to another address', async () => {
    await admin.post(`${root}/oauth-servers`, server('Moved'))
    const path = `${root}/oauth-servers/moved`
    const moved = { token_endpoint: 'https://other.example/token', client_secret: 'a secret of the other' }
    expect((await admin.patch(path, moved)).status).toBe(200)
    const refused = await revert(path, await versionOf(path, 'oauth_server.create'))
    expect(refused).toMatchObject({ status: 400, body: { field: 'client_secret' } })
    expect((await admin.get(path)).body.token_endpoint).toBe(moved.token_endpoint)
  })

  test('a connector goes back, to an OAuth server that is still there', async () => {
    await admin.post(`${root}/oauth-servers`, server('Crm'))
    await admin.post(`${root}/oauth-servers`, server('Erp'))
    await admin.post(`${root}/connectors`, { name: 'Contacts', oauth_server: 'crm', path: '/contacts' })
    const path = `${root}/connectors/Contacts`
    const query = [{ name: 'page', value: '{page}' }]
    await admin.patch(path, { oauth_server: 'erp', method: 'POST', query, body: { kind: 'text', content: 'x' } })
    const [updated, created] = await versions(path)
    expect(updated.after).toMatchObject({ oauth_server: 'erp', query, method: 'POST' })
    const told = await revert(path, created.version)
    expect(told.body).toMatchObject({ oauth_server: 'crm', method: 'GET', query: [], body: { kind: 'none' } })
    await admin.delete(`${root}/oauth-servers/erp`)
    expect(await revert(path, updated.version)).toMatchObject({ status: 400, body: { field: 'oauth_server' } })
  })

  test.each(['environments', 'applications', 'categories'])(
    '%s lie in the recycle bin and come back',
    async (nouns) => {
      const name = `lost/${nouns}`
      const path = `${root}/${nouns}/${encodeURIComponent(name)}`
      const { body: made } = await admin.post(`${root}/${nouns}`, { name, description: 'as it was' })
      expect((await admin.delete(path)).status).toBe(204)
      expect((await admin.get(path)).status).toBe(404)
      const kind = { environments: 'environment', applications: 'application', categories: 'category' }[nouns]
      expect(await binned(name)).toMatchObject({ kind, name, deleted_by: 'sallyport-bootstrap' })
      const told = await restore(name)
      expect(told).toMatchObject({ status: 200, body: { kind, name, path } })
      expect((await admin.get(path)).body).toEqual({ ...made, updated_at: expect.any(Number) })
      expect((await versions(path)).map(({ action }) => action)).toEqual([
        `${kind}.restore`,
        `${kind}.delete`,
        `${kind}.create`,
      ])
      await admin.delete(path)
      await admin.post(`${root}/${nouns}`, { name: name.toUpperCase() })
      expect((await restore(name)).status).toBe(409)
    },
  )

  test('a profile of the realm’s own goes back, what it did not say then is gone; a shipped one has no history', async () => {
    const profile = { name: 'own', title: 'Own', token: { placement: 'json' }, answer: { root: 'data' } }
    expect((await admin.post(`${root}/profiles`, profile)).status).toBe(201)
    const path = `${root}/profiles/own`
    await admin.patch(path, { title: 'Other', openid: true, token: null, answer: { root: 'body' } })
    const [updated, created] = await versions(path)
    expect(updated.after).toMatchObject({ title: 'Other', token: null, answer: { root: 'body' } })
    const told = await revert(path, created.version)
    expect(told.body).toMatchObject({ title: 'Own', openid: false, token: profile.token, answer: profile.answer })
    expect((await versions(path))[0]).toMatchObject({ action: 'profile.revert', reverted_to: created.version })
    await admin.patch(path, { answer: null })
    await revert(path, updated.version)
    expect((await admin.get(path)).body).not.toHaveProperty('token')
    expect((await admin.get(`${root}/profiles/generic_oauth2/history`)).status).toBe(404)
    const bulk = await admin.post(`${root}/profiles/bulk`, { action: 'delete', ids: ['own', 'generic_oauth2'] })
    expect(bulk.body.results).toMatchObject([{ status: 'done' }, { status: 'refused' }])
    expect(await restore('own')).toMatchObject({ status: 200, body: { kind: 'profile', path } })
    expect((await admin.get(path)).body).toMatchObject({ title: 'Other', openid: true })
  })

  test('a connector comes back as it was, once its OAuth server is there', async () => {
    await admin.post(`${root}/oauth-servers`, server('Home'))
    const { body: made } = await admin.post(`${root}/connectors`, {
      name: 'Lamps',
      oauth_server: 'home',
      path: '/lamps',
    })
    const path = `${root}/connectors/Lamps`
    await admin.delete(path)
    await admin.delete(`${root}/oauth-servers/home`)
    expect(await restore('Lamps')).toMatchObject({ status: 409 })
    await restore('home')
    expect(await restore('Lamps')).toMatchObject({ status: 200, body: { kind: 'connector', path } })
    expect((await admin.get(path)).body).toEqual({ ...made, updated_at: expect.any(Number) })
  })

  test('many at once: what is used stays, the others go', async () => {
    for (const nouns of ['environments', 'applications', 'categories']) {
      for (const name of ['idle', 'busy']) await admin.post(`${root}/${nouns}`, { name })
    }
    await admin.post(`${root}/oauth-servers`, {
      ...server('Busy'),
      category: 'busy',
      overrides: [
        { environment: 'busy', scope: 'a' },
        { application: 'busy', scope: 'b' },
      ],
    })
    for (const nouns of ['environments', 'applications', 'categories']) {
      const { body } = await admin.post(`${root}/${nouns}/bulk`, { action: 'delete', ids: ['idle', 'busy', 'nobody'] })
      expect(body.results, nouns).toMatchObject([
        { id: 'idle', status: 'done' },
        { id: 'busy', status: 'refused' },
        { id: 'nobody', status: 'refused' },
      ])
    }
    await admin.post(`${root}/connectors`, { name: 'Call', oauth_server: 'busy' })
    const calls = await admin.post(`${root}/connectors/bulk`, { action: 'delete', ids: ['Call'] })
    expect(calls.body.results).toEqual([{ id: 'Call', status: 'done' }])
    const none = await admin.post(`${root}/categories/bulk`, { action: 'disable', ids: ['busy'] })
    expect(none).toMatchObject({ status: 400, body: { field: 'action' } })
  })
})
