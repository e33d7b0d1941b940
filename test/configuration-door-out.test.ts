/** The door out in a configuration: what hangs on what comes, changes and goes in the right order. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, type Office, type Parsed } from './office.ts'

describe.each(ENGINES)('the door out as code on %s', (engine) => {
  let house: House
  let admin: Office
  const apply = async (realm: string, body: object) => await admin.post(`/realms/${realm}/configuration/apply`, body)

  beforeAll(async () => {
    house = await openHouse({ engine })
    admin = await adminOffice(house)
    await admin.post('/realms', { name: 'small' })
  })
  afterAll(() => house.close())

  test('connectors come, change and go with their OAuth server', async () => {
    const server = 'oauth_servers:\n  - slug: crm\n    name: Crm\n    profile: generic_oauth2\n'
    const fields =
      '    grant_type: authorization_code\n    client_id: ours\n    token_endpoint: https://crm.example/token\n'
    const more = '    authorization_endpoint: https://crm.example/authorize\n    authentication_method: none\n'
    const connectors = 'connectors:\n  - name: contacts\n    oauth_server: crm\n    path: /contacts\n'
    const yaml = server + fields + more + connectors
    const applied = await apply('small', { yaml })
    expect(applied.body.changes, JSON.stringify(applied.body)).toMatchObject([
      { action: 'create', kind: 'oauth-server', name: 'crm' },
      { action: 'create', kind: 'connector', name: 'contacts' },
    ])
    const changed = await apply('small', { yaml: yaml.replace('/contacts', '/people') })
    expect(changed.body.changes).toMatchObject([
      { action: 'update', kind: 'connector', fields: [{ field: 'path', before: '/contacts', after: '/people' }] },
    ])
    const nowhere = await apply('small', { yaml: `${connectors}  - name: lost\n    oauth_server: nowhere\n` })
    expect(nowhere).toMatchObject({ status: 400, body: { field: 'connectors.1.oauth_server' } })
    const wrong = await apply('small', { yaml: `${connectors}    body: { kind: text, content: x }\n` })
    expect(wrong).toMatchObject({ status: 400, body: { field: 'connectors.0.body' } })
    const gone = await apply('small', { yaml: 'oauth_servers: []\nconnectors: []\n', prune: true })
    expect(gone.body.changes).toMatchObject([{ action: 'delete' }, { action: 'delete' }])
    const kinds = (await admin.get('/realms/small/deleted')).body.items.map(({ kind }: Parsed) => kind)
    expect(kinds).toEqual(expect.arrayContaining(['connector', 'oauth_server']))
  })
})
