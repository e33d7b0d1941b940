import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tellEndingSecrets } from '#outbound/ending-secrets.ts'
import { noteServerState } from '#store/oauth-servers.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice } from './office.ts'
import { addServer, OPEN_HERE } from './outbound-house.ts'

describe.each(ENGINES)('the gauges of OAuth servers, on %s', (engine) => {
  let house: House
  beforeAll(async () => {
    house = await openHouse({ engine, env: OPEN_HERE })
  })
  afterAll(async () => await house.close())

  test('which work and what ends when; of one that is disabled nothing is said', async () => {
    const { db } = house.app.context
    const token = 'https://there.example/token'
    const ending = await addServer(house, token, { name: 'ending', secret_expires_at: 2_000_000_000 })
    const broken = await addServer(house, token, { name: 'broken' })
    await addServer(house, token, { name: 'unused' })
    const off = await addServer(house, token, { name: 'off', secret_expires_at: 2_000_000_000 })
    await db.sql.updateTable('oauth_servers').set({ disabled_at: 1 }).where('id', '=', off.id).execute()
    await noteServerState(db, ending, { status: 'ok', last_error: null })
    await noteServerState(db, broken, { status: 'error', last_error: null })
    const text = await (await fetch(`${house.operationsUrl}/metrics`)).text()
    const lines = text.split('\n').filter((line) => line.startsWith('sallyport_oauth_server_'))
    expect(lines).toEqual([
      'sallyport_oauth_server_up{realm="default",server="broken"} 0',
      'sallyport_oauth_server_up{realm="default",server="ending"} 1',
      'sallyport_oauth_server_up{realm="default",server="unused"} 1',
      'sallyport_oauth_server_secret_expires_timestamp_seconds{realm="default",server="ending"} 2000000000',
    ])
  })

  test('a secret that ends is told of a month before, and when it has ended; each once for each end', async () => {
    const admin = await adminOffice(house)
    const path = '/realms/default/oauth-servers/unused'
    const day = 86_400
    const told = async (): Promise<readonly string[]> => {
      await tellEndingSecrets(house.app.context)
      await tellEndingSecrets(house.app.context)
      const { body } = await admin.get('/realms/default/audit?object_name=unused&action=secret_expir&sort=at_ms')
      return body.items.map(({ action }: { action: string }) => action.split('.')[1] ?? '')
    }
    const ends = async (seconds: number) => {
      const secret_expires_at = Math.floor(Date.now() / 1000) + seconds
      expect((await admin.patch(path, { secret_expires_at })).status).toBe(200)
    }
    expect(await told()).toEqual([])
    await ends(40 * day)
    expect(await told()).toEqual([])
    await ends(10 * day)
    expect(await told()).toEqual(['secret_expiring'])
    expect((await admin.patch(path, { description: 'something else' })).status).toBe(200)
    await ends(-day)
    expect(await told()).toEqual(['secret_expiring', 'secret_expired'])
    await ends(20 * day)
    expect(await told()).toEqual(['secret_expiring', 'secret_expired', 'secret_expiring'])
  })
})
