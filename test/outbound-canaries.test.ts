/**
 * N153 N170 N171: every kind of secret that the door out keeps or is given goes to a provider that repeats all of it in its
 * answers, and is found nowhere afterwards: not in the log, the metrics, what the management API and its files tell, any
 * table, or the bytes of the database.
 */
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql as text } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { randomToken } from '#crypto/random.ts'
import { beginAuthorization } from '#oauth-client/authorization-url.ts'
import { effectiveServer } from '#outbound/effective-server.ts'
import { baseOnly } from '#outbound/layers.ts'
import { CLIENT } from './certificates.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, type Office } from './office.ts'
import {
  addCaller,
  askToken,
  connectApplication,
  OPEN_HERE,
  outboundBearer,
  serverNamed,
  whileNothingIsSaved,
} from './outbound-house.ts'
import { type Asked, openScriptedServer, type Reply, type ScriptedServer } from './scripted-server.ts'

const realm = '/realms/default'
const root = `${realm}/oauth-servers`

/** A refusal that says again whatever it was sent. */
const echo = ({ body, query, headers, parameters }: Asked): Reply => ({
  status: 400,
  json: {
    error: 'invalid_request',
    error_description: `${body} ${JSON.stringify([query, headers, parameters])}`,
  },
})

describe.each(ENGINES)('canaries of the door out on %s', (engine) => {
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-canaries-'))
  /** What must be found nowhere, by what it is. */
  const canaries = new Map<string, string>()
  let house: House
  let provider: ScriptedServer
  let admin: Office
  let bearer: string

  const keep = (name: string, value: string): string => {
    expect(value.length, name).toBeGreaterThanOrEqual(16)
    canaries.set(`${name} ${canaries.size}`, value)
    return value
  }
  /** With characters that are written otherwise in forms, URLs and JSON. */
  const canary = (name: string): string => keep(name, `Canary+${randomToken()}/"&=`)
  const token = (name: string): string => keep(name, `Canary_${randomToken()}`)
  /** A line of a PEM text is enough to know it by. */
  const keepKey = (name: string, pem: string): string => {
    keep(name, pem.split('\n')[1] ?? '')
    return pem
  }
  const tokens = (more: object = {}): Reply => ({
    json: { access_token: token('access token'), expires_in: 3600, refresh_token: token('refresh token'), ...more },
  })

  beforeAll(async () => {
    provider = await openScriptedServer()
    writeFileSync(join(directory, 'file'), canary('secret in a file'))
    writeFileSync(join(directory, 'vault'), token('token of the vault'))
    const stores = [
      { name: 'files', kind: 'file', root: directory, realms: ['default'] },
      {
        name: 'vault',
        kind: 'vault',
        address: provider.url,
        mount: 'kv',
        token_file: join(directory, 'vault'),
        realms: ['default'],
      },
    ]
    house = await openHouse({ engine, env: { ...OPEN_HERE, SALLYPORT_SECRET_STORES: JSON.stringify(stores) } })
    admin = await adminOffice(house)
    bearer = keep(
      'bearer',
      await outboundBearer(house, await addCaller(house, 'robot'), 'outbound:token outbound:call'),
    )
    await admin.post(`${realm}/environments`, { name: 'staging' })
    provider.stand('/v1/kv/data/ours', { json: { data: { data: { key: canary('secret in a vault') } } } })
    provider.stand('/echo', echo)
    provider.stand('/token', () => tokens({ id_token: `e30.${token('ID token')}.x` }))
    provider.stand('/revoke', echo)
  })
  afterAll(async () => {
    await house.close()
    await provider.close()
    rmSync(directory, { recursive: true, force: true })
  })

  const fields = (more: object = {}) => ({
    grant_type: 'client_credentials',
    client_id: 'ours',
    client_secret: canary('client secret'),
    token_endpoint: `${provider.url}/echo`,
    revocation_endpoint: `${provider.url}/revoke`,
    base_url: provider.url,
    allowed_clients: ['*'],
    max_retry_attempts: 0,
    max_wait_seconds: 5,
    ...more,
  })
  const row = (name: string, leg?: string) => ({ name, value: canary(`parameter ${name}`), secret: true, leg })
  const kinds = (): Record<string, object> => ({
    post: fields({ query_parameters: [row('one', 'token')], post_parameters: [row('two'), row('three', 'refresh')] }),
    basic: fields({ authentication_method: 'client_secret_basic' }),
    loose: fields({ authentication_method: 'client_secret_basic', basic_encoding: 'loose' }),
    signed: fields({ authentication_method: 'client_secret_jwt' }),
    key: fields({
      client_secret: undefined,
      authentication_method: 'private_key_jwt',
      private_key: keepKey(
        'private key',
        generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
      ),
    }),
    certificate: fields({
      client_secret: undefined,
      authentication_method: 'tls_client_auth',
      tls_certificate: CLIENT.cert,
      tls_private_key: keepKey('TLS key', CLIENT.key),
    }),
    owner: fields({ grant_type: 'password', owner_username: 'somebody', owner_password: canary('owner’s password') }),
    refresh: fields({ grant_type: 'refresh_token', refresh_token: token('refresh token of the settings') }),
    layered: fields({ overrides: [{ environment: 'staging', client_secret: canary('secret of a layer') }] }),
    file: fields({ client_secret: { store: 'files', path: 'file', key: null, version: null } }),
    vault: fields({ client_secret: { store: 'vault', path: 'ours', key: 'key', version: null } }),
  })

  /** As it is, and as it is written in a form, a URL, a JSON text or a dump. */
  const spellings = (value: string): readonly string[] => {
    const bytes = Buffer.from(value)
    const inForm = new URLSearchParams([['', value]]).toString().slice(1)
    const written = [value, encodeURIComponent(value), inForm, JSON.stringify(value).slice(1, -1)]
    return [...new Set([...written, bytes.toString('hex'), bytes.toString('base64'), bytes.toString('base64url')])]
  }
  const found = (haystack: string): readonly string[] =>
    [...canaries].filter(([, value]) => spellings(value).some((each) => haystack.includes(each))).map(([name]) => name)

  test('secrets of every kind, refused with all that was sent, then taken', async () => {
    for (const [name, given] of Object.entries(kinds())) {
      const made = await admin.post(root, { name, ...given })
      expect(made.status, JSON.stringify(made.body)).toBe(201)
      const tried = await admin.post(`${root}/${name}/test`)
      expect(tried.body, name).toMatchObject({ works: false })
      const assertion = provider.last().parameters['client_assertion']
      if (assertion !== undefined) keep('signature of an assertion', assertion.split('.')[2] ?? '')
      await admin.post(`${root}/${name}/try`, { environment: name === 'layered' ? 'staging' : undefined })
      await admin.patch(`${root}/${name}`, { token_endpoint: `${provider.url}/token` })
      const { status } = await askToken(house, name, bearer)
      expect(status, name).toBe(200)
      await admin.post(`${root}/${name}/duplicate`, { name: `${name} again` })
    }
    for (const reference of [{ path: 'file' }, { path: '../file' }, { path: 'nothing' }]) {
      await admin.post(`${realm}/secret-stores/look-up`, { store: 'files', key: null, version: null, ...reference })
    }
  })

  test('requests that are refused', async () => {
    const refused = await Promise.all([
      admin.post(root, { name: 'x', ...fields({ client_secret: [canary('in a list')] }) }),
      admin.post(root, { name: 'x', ...fields({ secret: canary('unknown field') }) }),
      admin.post(root, {
        name: 'x',
        ...fields({ private_key: canary('no key'), authentication_method: 'private_key_jwt' }),
      }),
      admin.post(root, `{"client_secret": "${token('broken JSON')}`),
      admin.patch(`${root}/post`, {
        token_endpoint: 'https://elsewhere.example/token',
        owner_password: canary('unfit'),
      }),
      admin.get(`${root}?client_secret=${token('filter')}`),
    ])
    for (const { status } of refused) expect(status).toBe(400)
  })

  test('a person’s tokens: answers that nobody can read, that are not saved, and that fail', async () => {
    const authorization_endpoint = `${provider.url}/authorize`
    const made = fields({ grant_type: 'authorization_code', authorization_endpoint, profile: 'slack' })
    expect((await admin.post(root, { name: 'person', ...made })).status).toBe(201)
    const changes = { token_endpoint: `${provider.url}/token`, query_parameters: [row('everywhere')] }
    expect((await admin.patch(`${root}/person`, changes)).status).toBe(200)
    const effective = await effectiveServer(house.app.context, 'default', await serverNamed(house, 'person'), baseOnly)
    if (effective.kind === 'refused') throw new Error(effective.description)
    const { url: there } = beginAuthorization(effective.settings, { redirect_uri: 'https://here.example/cb' })
    expect(found(there), 'what a browser is sent with').toEqual([])
    const id = await connectApplication(house, 'person')
    const { sql } = house.app.context.db
    const age = () =>
      sql
        .updateTable('connections')
        .set({ hard_at: 1, expires_at: 2, next_try_at: null })
        .where('id', '=', id)
        .execute()
    await age()
    provider.next({ json: { data: { access_token: token('nested token') }, refreshing: token('odd name') } })
    await askToken(house, 'person', bearer)
    const connection = `${root}/person/connections/${id}`
    const shown = await admin.get(`${connection}/answers`)
    expect(shown.body.total).toBe(1)
    await admin.post(`${connection}/replay`)
    await age()
    await whileNothingIsSaved(house, () => askToken(house, 'person', bearer))
    const { state } = await sql
      .selectFrom('refresh_answers')
      .select('state')
      .where('state', '=', 'pending')
      .executeTakeFirstOrThrow()
    expect(state).toBe('pending')
    await askToken(house, 'person', bearer)
    provider.next(echo)
    await admin.post(`${connection}/refresh`)
    const url = `${house.issuer()}/outbound/post/call/echo?q=1`
    expect((await fetch(url, { headers: { authorization: `Bearer ${bearer}` } })).status).toBe(400)
    const connector = { name: 'echoing', oauth_server: 'post', method: 'POST', path: '/echo' }
    expect((await admin.post(`${realm}/connectors`, connector)).status).toBe(201)
    await admin.post(`${realm}/connectors/echoing/run`, { parameters: {} })
    expect((await admin.delete(connection)).status).toBe(204)
  })

  test('N153 N171 nothing of it is told by the log, the metrics, the management API or its files', async () => {
    expect(canaries.size).toBeGreaterThan(40)
    expect(house.logged.length).toBeGreaterThan(5)
    expect(found(house.logged.join('\n'))).toEqual([])
    expect(found(await (await fetch(`${house.operationsUrl}/metrics`)).text())).toEqual([])
    const slugs = (await admin.get(`${root}?page_size=100`)).body.items.map(({ slug }: { slug: string }) => slug)
    const { items } = (await admin.get(`${realm}/connections?page_size=1000`)).body
    const activities = items.map(
      ({ server, id }: { server: string; id: string }) => `${root}/${server}/connections/${id}/activity`,
    )
    for (const path of activities) expect((await admin.get(path)).body.total, path).toBeGreaterThan(0)
    const lists = [
      root,
      `${realm}/connections`,
      `${realm}/audit`,
      `${realm}/events`,
      `${realm}/connectors/echoing/runs`,
    ]
    const paths = [
      ...activities,
      ...lists.map((path) => `${path}?page_size=1000`),
      ...lists.flatMap((path) => ['json', 'csv'].map((format) => `${path}?format=${format}`)),
      `${realm}/configuration`,
      ...slugs.flatMap((slug: string) =>
        ['', '/effective', '/uses', '/connections'].map((end) => `${root}/${slug}${end}`),
      ),
    ]
    for (const path of paths) {
      const response = await fetch(`${house.url}/api/v1${path}`, {
        headers: { authorization: `Bearer ${admin.token}` },
      })
      expect(response.status, path).toBe(200)
      expect(found(await response.text()), path).toEqual([])
    }
  })

  test('N153 N170 nothing of it stands in any table, or in the bytes of the database file', async () => {
    const { sql } = house.app.context.db
    for (const { name } of await sql.introspection.getTables()) {
      const { rows } = await text`select * from ${text.table(name)}`.execute(sql)
      expect(found(JSON.stringify(rows)), name).toEqual([])
    }
    if (engine !== 'sqlite') return
    const file = house.config.databaseUrl.replace(/^sqlite:(\/\/)?/, '')
    const bytes = ['', '-wal', '-shm'].map((end) => (existsSync(file + end) ? readFileSync(file + end, 'latin1') : ''))
    expect(bytes.join('').length).toBeGreaterThan(10_000)
    expect(found(bytes.join(''))).toEqual([])
  })
})
