import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { runCommand } from '#cli/program.ts'
import { createLog } from '#observe/log.ts'
import { findConnectionById } from '#store/connections.ts'
import { type App, startApp } from '../src/app.ts'
import { environmentValue, readConfig } from '../src/config.ts'
import { makePlace } from './faults/place.ts'
import { freePort } from './free-port.ts'
import { type House } from './house.ts'
import { addCaller, addServer, askToken, connect, OPEN_HERE, outboundBearer } from './outbound-house.ts'
import { openScriptedServer, rotating } from './scripted-server.ts'

test('a restored backup burns no token: its connections are frozen until an administrator lets them go on', async () => {
  const provider = await openScriptedServer()
  provider.stand('/token', rotating({ graceMs: 0 }))
  const place = await makePlace('sqlite', inject('postgresUrl'))
  const [port, operationsPort] = [await freePort(), await freePort()]
  const ports = { SALLYPORT_PORT: String(port), SALLYPORT_OPERATIONS_PORT: String(operationsPort) }
  const config = readConfig({ ...place.env, ...OPEN_HERE, ...ports })
  const issuer = () => `http://127.0.0.1:${port}/realms/default`
  const said: string[] = []
  const command = (...args: string[]) =>
    runCommand(args, {
      settings: () => config,
      environment: environmentValue,
      start: () => Promise.resolve(),
      out: (text) => void said.push(text),
      err: (text) => void said.push(text),
      input: () => Promise.resolve(''),
    })
  const running = async (work: (app: App) => Promise<void>) => {
    const app = await startApp({ config, log: createLog('silent'), onFatal: (error) => expect.fail(error.message) })
    try {
      await work(app)
    } finally {
      await app.close()
    }
  }
  let id = ''
  let caller = { client_id: '', client_secret: '' }
  const backup = join(place.directory, 'backup.db')
  try {
    await running(async (app) => {
      const house = { app } as House
      const authorization_endpoint = `${provider.url}/authorize`
      await addServer(house, `${provider.url}/token`, {
        name: 'old',
        grant_type: 'authorization_code',
        authorization_endpoint,
      })
      id = await connect(house, 'old')
      caller = await addCaller(house, 'robot')
      expect(await command('backup', backup)).toBe(0)
    })
    expect(existsSync(backup)).toBe(true)
    expect(await command('restore', '--force', backup)).toBe(0)
    expect(said.join('')).toContain('1 connection is frozen')
    provider.asked.length = 0
    await running(async ({ context: { db } }) => {
      const ended = { soft_at: 1, hard_at: 2, expires_at: 3 }
      await db.sql.updateTable('connections').set(ended).where('id', '=', id).execute()
      const bearer = await outboundBearer({ issuer }, caller)
      expect(await askToken({ issuer }, 'old', bearer)).toMatchObject({ status: 503, body: { code: 'refresh_frozen' } })
      expect(provider.asked).toHaveLength(0)
      expect((await findConnectionById(db.sql, id))?.frozen_at).not.toBeNull()
    })
  } finally {
    await place.remove()
    await provider.close()
  }
})
