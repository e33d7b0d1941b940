import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type Config, ConfigError, readConfig } from '../src/config.ts'
import { configurationDocument } from './configuration-document.ts'

const directory = mkdtempSync(join(tmpdir(), 'sallyport-config-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function file(name: string, content: string, mode = 0o600): string {
  const path = join(directory, name)
  writeFileSync(path, content)
  chmodSync(path, mode)
  return path
}

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

const SECRET = 's'.repeat(40)
const POSTGRES = { SALLYPORT_DATABASE_URL: 'postgres://sallyport:hunter2@db/sallyport' }

describe('what is set', () => {
  test('nothing set gives a server on this machine with SQLite in ./data', () => {
    const config = readConfig({ PATH: '/bin' })
    expect(config).toEqual({
      host: '127.0.0.1',
      port: 8484,
      publicUrl: 'http://localhost:8484',
      operationsHost: '127.0.0.1',
      operationsPort: 8485,
      dataDir: resolve('data'),
      databaseUrl: `sqlite:${resolve('data/sallyport.db')}`,
      masterKey: undefined,
      adminPassword: undefined,
      bootstrapClientSecret: undefined,
      egressAllow: [],
      secretStores: [],
      trustedProxies: [],
      logLevel: 'info',
      tls: undefined,
      warnings: [],
    } satisfies Config)
    expect(Object.isFrozen(config)).toBe(true)
  })

  test('what follows the port follows it, and a public URL loses its slash', () => {
    expect(readConfig({ SALLYPORT_PORT: '9000' })).toMatchObject({
      publicUrl: 'http://localhost:9000',
      operationsPort: 9001,
    })
    expect(readConfig({ SALLYPORT_PUBLIC_URL: 'https://Login.Example.com/' }).publicUrl).toBe(
      'https://login.example.com',
    )
  })

  test('a secret may come from a file', () => {
    const path = file('bootstrap', `${SECRET}\n`)
    expect(readConfig({ SALLYPORT_BOOTSTRAP_CLIENT_SECRET_FILE: path }).bootstrapClientSecret).toBe(SECRET)
  })

  test('http to the world is taken and warned about', () => {
    expect(readConfig({ SALLYPORT_PUBLIC_URL: 'http://login.example.com' }).warnings).toHaveLength(1)
    expect(readConfig({ SALLYPORT_PUBLIC_URL: 'http://127.0.0.1:8484' }).warnings).toEqual([])
    expect(readConfig({ SALLYPORT_PUBLIC_URL: 'http://[::1]:8484' }).warnings).toEqual([])
  })

  test('the variables that Kubernetes injects for a Service named sallyport are ignored', () => {
    const config = readConfig({
      SALLYPORT_PORT: 'tcp://10.0.171.239:8484',
      SALLYPORT_SERVICE_HOST: '10.0.171.239',
      SALLYPORT_SERVICE_PORT: '8484',
      SALLYPORT_SERVICE_PORT_HTTP: '8484',
      SALLYPORT_PORT_8484_TCP: 'tcp://10.0.171.239:8484',
      SALLYPORT_PORT_8484_TCP_PROTO: 'tcp',
      SALLYPORT_PORT_8484_TCP_ADDR: '10.0.171.239',
    })
    expect(config.port).toBe(8484)
  })
})

describe('what is wrong', () => {
  test('all problems at once, none with a value that may be secret', () => {
    const problems = problemsOf({
      SALLYPORT_PORT: '99999',
      SALLYPORT_PUBLIC_URL: 'https://user:hunter2@example.com/',
      SALLYPORT_DATABASE_URL: 'mysql://sallyport:hunter2@db/sallyport',
      SALLYPORT_BOOTSTRAP_CLIENT_SECRET: 'hunter2',
      SALLYPORT_TRUSTED_PROXIES: '10.0.0.0/8, proxy.internal',
      SALLYPORT_EGRESS_ALLOW: 'default=10.0.0.0/40',
      SALLYPORT_LOG_LEVEL: 'loud',
      SALLYPORT_COLOUR: 'blue',
      SALLYPORT_TLS_CERT: '/nowhere.pem',
    })
    expect(problems).toHaveLength(9)
    expect(problems.join('\n')).not.toContain('hunter2')
  })

  test.each([
    ['a port that is none', { SALLYPORT_PORT: 'http' }],
    ['a public URL with a path', { SALLYPORT_PUBLIC_URL: 'https://example.com/auth' }],
    ['a public URL of another scheme', { SALLYPORT_PUBLIC_URL: 'javascript:alert(1)' }],
    ['an unknown variable', { SALLYPORT_MASTERKEY: 'x' }],
    ['an unknown variable that only resembles an injected one', { SALLYPORT_SERVICE_KEY: 'x' }],
    ['a leading zero in a prefix', { SALLYPORT_TRUSTED_PROXIES: '10.0.0.0/08' }],
    ['a zone in an address', { SALLYPORT_TRUSTED_PROXIES: 'fe80::1%eth0' }],
    ['a realm that cannot be', { SALLYPORT_EGRESS_ALLOW: 'De fault=10.0.0.0/8' }],
    ['a file that is not there', { SALLYPORT_ADMIN_PASSWORD_FILE: '/nowhere' }],
    ['half of TLS', { SALLYPORT_TLS_KEY: '/nowhere' }],
  ])('%s', (_what, env) => {
    expect(problemsOf(env)).not.toEqual([])
  })

  test('PostgreSQL without a master key, whatever else is wrong', () => {
    const problems = problemsOf({ ...POSTGRES, SALLYPORT_PORT: 'x' })
    expect(problems).toHaveLength(2)
    expect(problems.join('\n')).toContain('SALLYPORT_MASTER_KEY is required with PostgreSQL')
    expect(readConfig({ ...POSTGRES, SALLYPORT_MASTER_KEY: SECRET }).databaseUrl).toBe(POSTGRES.SALLYPORT_DATABASE_URL)
  })

  test('a variable and its file both set', () => {
    const path = file('both', SECRET)
    expect(problemsOf({ SALLYPORT_MASTER_KEY: SECRET, SALLYPORT_MASTER_KEY_FILE: path })).toEqual([
      'SALLYPORT_MASTER_KEY and SALLYPORT_MASTER_KEY_FILE are both set: only one may be',
    ])
  })

  test('a master key that everybody can read', () => {
    const path = file('open', SECRET, 0o644)
    expect(problemsOf({ SALLYPORT_MASTER_KEY_FILE: path }).join()).toContain('can be read by everybody')
    expect(readConfig({ SALLYPORT_MASTER_KEY_FILE: file('closed', SECRET) }).masterKey).toBe(SECRET)
  })
})

test('docs/configuration.md is what the settings say (vitest --update writes it)', async () => {
  await expect(configurationDocument()).toMatchFileSnapshot('../docs/configuration.md')
})
