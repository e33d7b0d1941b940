import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from './free-port.ts'
import { inDirectory, type ServerProcess, startProcess } from './server-process.ts'

/** The process from its first start to its last words. The tests follow one installation and build on each other. */

let directory: string
let port: number
let env: Record<string, string>
let server: ServerProcess | undefined

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sallyport-process-'))
  port = await freePort()
  env = inDirectory(directory, port, await freePort())
})

afterAll(() => {
  server?.child.kill('SIGKILL')
  rmSync(directory, { recursive: true, force: true })
})

async function start(): Promise<ServerProcess> {
  server = startProcess(env, ['start'], directory)
  expect(await server.ready, server.written.err).toBe(true)
  return server
}

/** What an installation consists of, without what passes. */
function lasting(): unknown {
  const data = join(directory, 'data')
  const secrets = readdirSync(data).filter((name) => /\.(secret|password|key)$/.test(name))
  const db = new DatabaseSync(join(data, 'sallyport.db'), { readOnly: true })
  const tables = ['realms', 'clients', 'client_secrets', 'users', 'credentials', 'signing_keys', 'facts', 'audit']
  const rows = tables.map((table) => db.prepare(`select * from ${table} order by 1`).all())
  db.close()
  return { secrets: secrets.map((name) => [name, readFileSync(join(data, name), 'utf8')]), rows }
}

/** A token request whose last byte is still to come; answers how to send it and what then comes back. */
async function halfARequest(): Promise<{ finish: () => Promise<string>; socket: Socket }> {
  const secret = readFileSync(join(directory, 'data/quick-start.secret'), 'utf8').trim()
  const body = 'grant_type=client_credentials'
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const head = [
    'POST /realms/default/token HTTP/1.1',
    `Host: localhost:${port}`,
    `Authorization: Basic ${Buffer.from(`quick-start:${secret}`).toString('base64')}`,
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${body.length}`,
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n${body.slice(0, -1)}`)
  const answer = text(socket)
  // The server has to have read it, or there is nothing to finish: another request behind it is answered.
  await fetch(`http://localhost:${port}/realms/default/jwks`)
  const finish = (): Promise<string> => {
    socket.write(body.slice(-1))
    return answer
  }
  return { finish, socket }
}

describe('an installation', () => {
  test('starts with nothing configured, greets, and the line that it prints fetches a token', async () => {
    const { written } = await start()
    expect(written.err).toContain(`Sallyport is running: http://localhost:${port}/`)
    expect(written.err).toMatch(/user name +admin\n/)
    expect(written.err).toContain(join(directory, 'data/admin.password'))
    const ready = await fetch(`http://127.0.0.1:${env['SALLYPORT_OPERATIONS_PORT']}/health/ready`)
    expect(ready.status).toBe(200)
    const line = /^curl .*$/m.exec(written.err)?.[0] ?? ''
    const told = execFileSync('sh', ['-c', line], {
      cwd: directory,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    expect(JSON.parse(told)).toMatchObject({ token_type: 'Bearer', access_token: expect.stringMatching(/^eyJ/) })
  })

  test('standard output is a line of JSON each, without a secret', () => {
    const { out } = (server as ServerProcess).written
    const lines = out.trimEnd().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { message: unknown }).message)).toContain('ready')
    const password = readFileSync(join(directory, 'data/admin.password'), 'utf8').trim()
    expect(out + (server as ServerProcess).written.err).not.toContain(password)
  })

  test('a second server on the same port is one sentence and 69', async () => {
    const second = startProcess(env, ['start'], directory)
    expect(await second.ended).toMatchObject({ code: 69 })
    expect(second.written.err).toMatch(/^sallyport: port \d+ on 127\.0\.0\.1 is taken: .*\n$/)
  })

  test('a command of its own process finds the server and ends with its code', async () => {
    const listed = startProcess(env, ['clients', 'list', '--json'], directory)
    expect(await listed.ended).toMatchObject({ code: 0 })
    expect(JSON.parse(listed.written.out)).toMatchObject({ items: [{ client_id: 'quick-start' }] })
  })

  test('SIGTERM lets a running request finish, takes no new one, and ends with 0', async () => {
    const { child, ended } = server as ServerProcess
    const { finish } = await halfARequest()
    child.kill('SIGTERM')
    await expect
      .poll(() =>
        fetch(`http://localhost:${port}/`).then(
          (answer) => answer.status,
          () => 'refused',
        ),
      )
      .toBe('refused')
    const answer = await finish()
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
    expect(answer).toContain('"access_token"')
    expect(await ended).toEqual({ code: 0, signal: null })
  })

  test('starting again says one line and changes nothing', async () => {
    const before = lasting()
    const { written } = await start()
    expect(written.err).toBe(`Sallyport is running: http://localhost:${port}/\n`)
    expect(lasting()).toEqual(before)
  })

  test('one Ctrl-C through several processes is one signal, a second one ends at once', async () => {
    const { child, ended, written } = server as ServerProcess
    const { socket } = await halfARequest()
    child.kill('SIGINT')
    child.kill('SIGINT')
    await expect.poll(() => written.out).toContain('stopping')
    await pause(600)
    expect(child.exitCode).toBe(null)
    child.kill('SIGINT')
    expect(await ended).toEqual({ code: 130, signal: null })
    socket.destroy()
  })
})

describe('a start that cannot be', () => {
  async function refusal(more: Record<string, string>): Promise<{ code: number | null; err: string }> {
    const refused = startProcess({ ...env, ...more }, ['start'], directory)
    const { code } = await refused.ended
    expect(refused.written.err).not.toMatch(/^ +at /m)
    return { code, err: refused.written.err }
  }

  test('every problem of the configuration at once', async () => {
    const { code, err } = await refusal({ SALLYPORT_PORT: 'x', SALLYPORT_NOPE: '1', SALLYPORT_LOG_LEVEL: 'loud' })
    expect(code).toBe(78)
    expect(err).toContain('SALLYPORT_PORT')
    expect(err).toContain('SALLYPORT_NOPE')
    expect(err).toContain('SALLYPORT_LOG_LEVEL')
  })

  test('another master key than the one of the database', async () => {
    const { code, err } = await refusal({ SALLYPORT_MASTER_KEY: Buffer.alloc(32, 7).toString('base64') })
    expect(code).toBe(78)
    expect(err).toContain('is not the one that this database was sealed with')
  })

  test('a master key that others can read', async () => {
    const path = join(directory, 'data/master.key')
    chmodSync(path, 0o644)
    const { code, err } = await refusal({})
    chmodSync(path, 0o600)
    expect({ code, err }).toEqual({ code: 78, err: expect.stringContaining(`chmod 600 ${path}`) })
  })

  test('a database file that is damaged stays as it is', async () => {
    const data = join(directory, 'damaged')
    mkdirSync(data)
    copyFileSync(join(directory, 'data/master.key'), join(data, 'master.key'))
    chmodSync(join(data, 'master.key'), 0o600)
    writeFileSync(join(data, 'sallyport.db'), 'SQLite format 3\0 and then nothing that makes sense')
    const { code, err } = await refusal({ SALLYPORT_DATA_DIR: data })
    expect({ code, err }).toEqual({ code: 78, err: expect.stringContaining('is damaged or is not a database') })
    expect(readFileSync(join(data, 'sallyport.db'), 'utf8')).toContain('nothing that makes sense')
  })

  test('a database server that is away', async () => {
    const { code, err } = await refusal({
      SALLYPORT_DATABASE_URL: `postgres://sally:hidden@127.0.0.1:${await freePort()}/sallyport`,
      SALLYPORT_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    })
    expect({ code, err }).toEqual({ code: 69, err: expect.stringContaining('cannot be reached') })
    expect(err).not.toContain('hidden')
  })
})
