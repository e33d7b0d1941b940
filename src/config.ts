/**
 * The configuration of the process: environment in, frozen values out. The only reader of the environment. Every problem
 * is named at once; a value that is a secret or may hold one is never repeated.
 */
import { readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { parseNetwork } from '#http/network.ts'
import { LOG_LEVELS, type LogLevel } from '#observe/log.ts'
import { secretStoreList } from '#outbound/secret-stores/settings.ts'
import type { SecretStoreConfig } from '#outbound/secret-stores/stores.ts'

const PREFIX = 'SALLYPORT_'
const DEFAULT_PORT = 8484

export interface Config {
  readonly host: string
  readonly port: number
  /** Without a trailing slash. */
  readonly publicUrl: string
  readonly operationsHost: string
  readonly operationsPort: number
  /** Absolute. */
  readonly dataDir: string
  /** `sqlite:/absolute/file.db` or `postgres://…` */
  readonly databaseUrl: string
  readonly masterKey: string | undefined
  readonly adminPassword: string | undefined
  readonly bootstrapClientSecret: string | undefined
  /** `[realm=]CIDR` */
  readonly egressAllow: readonly string[]
  readonly secretStores: readonly SecretStoreConfig[]
  readonly trustedProxies: readonly string[]
  readonly logLevel: LogLevel
  /** PEM. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined
  /** What works and should not stay so, a sentence each: for the log of the start. */
  readonly warnings: readonly string[]
}

const PLAIN_HTTP = `${PREFIX}PUBLIC_URL is http: passwords and tokens cross the network in the clear`

/** Everything that is wrong with the environment, a sentence each. */
export class ConfigError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`the configuration has ${problems.length === 1 ? 'a problem' : 'problems'}:\n- ${problems.join('\n- ')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

const port = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a port number')
  .transform(Number)
  .pipe(z.int().max(65_535, 'must be a port number'))
const words = z.string().transform((text) => text.split(/[\s,]+/).filter((word) => word !== ''))
const networks = words.refine((list) => list.every(isNetwork), 'must be addresses or networks such as 10.0.0.0/8')
const openings = words.refine(
  (list) => list.every(isOpening),
  'must be networks such as 10.0.0.0/8, each with `realm=` before it where one realm alone may use it',
)
const publicUrl = z.string().refine(isPublicUrl, 'must be an http or https URL without path, query or credentials')
const databaseUrl = z
  .string()
  .refine((text) => /^sqlite:.+/.test(text) || isPostgresUrl(text), 'must be sqlite:FILE or postgres://…')
const longSecret = z.string().min(32, 'must have at least 32 characters')

export interface Setting {
  readonly schema: z.ZodType
  /** As it is documented. */
  readonly standard: string
  readonly about: string
  /** May also be given as a file by the same name with `_FILE`. */
  readonly isSecret?: true
}

/** Every variable there is; `docs/configuration.md` is made from this. */
export const SETTINGS = {
  HOST: { schema: z.string().min(1), standard: '127.0.0.1', about: 'The address that the server listens on.' },
  PORT: { schema: port, standard: String(DEFAULT_PORT), about: 'Its port.' },
  PUBLIC_URL: {
    schema: publicUrl,
    standard: 'http://localhost:{port}',
    about: 'How the world reaches the server. Issuers, links and cookies follow it, never the Host header.',
  },
  OPERATIONS_HOST: {
    schema: z.string().min(1),
    standard: '127.0.0.1',
    about: 'The address of the operators’ port: health and metrics.',
  },
  OPERATIONS_PORT: { schema: port, standard: 'the port + 1', about: 'The operators’ port.' },
  DATA_DIR: { schema: z.string().min(1), standard: './data', about: 'Where the database and the master key lie.' },
  DATABASE_URL: {
    schema: databaseUrl,
    standard: 'sqlite:{data directory}/sallyport.db',
    about: 'The database: `sqlite:FILE` or `postgres://user:password@host:port/database`.',
    isSecret: true,
  },
  MASTER_KEY: {
    schema: z.string().min(1),
    standard: 'generated into the data directory (required with PostgreSQL)',
    about: 'The key that seals what is secret in the database: 32 bytes as base64, base64url or hex.',
    isSecret: true,
  },
  ADMIN_PASSWORD: {
    schema: z.string().min(8, 'must have at least 8 characters'),
    standard: 'generated at the first start',
    about: 'The password of the user `admin` at the first start; later starts do not look at it.',
    isSecret: true,
  },
  BOOTSTRAP_CLIENT_SECRET: {
    schema: longSecret,
    standard: 'generated into the data directory at the first start (with PostgreSQL: unset)',
    about: 'The secret of the client `sallyport-bootstrap`, for automation. A new value replaces the old one.',
    isSecret: true,
  },
  EGRESS_ALLOW: {
    schema: openings,
    standard: 'empty',
    about: 'Networks among private, loopback and link-local ones that the server may call: a list of `[realm=]CIDR`.',
  },
  SECRET_STORES: {
    schema: secretStoreList,
    standard: 'empty',
    about:
      'External stores of secrets: a JSON list of `{name, kind, realms}` with `root` (kind `file`), `prefix` ' +
      '(`environment`), or `address`, `mount`, `prefix`, `namespace`, `token_file` (`vault`).',
    isSecret: true,
  },
  TRUSTED_PROXIES: {
    schema: networks,
    standard: 'none',
    about: 'Addresses or networks whose X-Forwarded-For is believed.',
  },
  LOG_LEVEL: { schema: z.enum(LOG_LEVELS), standard: 'info', about: `One of ${LOG_LEVELS.join(', ')}.` },
  TLS_CERT: { schema: z.string().min(1), standard: 'none', about: 'The file with the certificate chain (PEM).' },
  TLS_KEY: { schema: z.string().min(1), standard: 'none', about: 'The file with its private key (PEM).' },
} as const satisfies Readonly<Record<string, Setting>>

type Name = keyof typeof SETTINGS
type Values = { [N in Name]?: z.infer<(typeof SETTINGS)[N]['schema']> }

/** Reads and checks all of it; throws `ConfigError` with every problem. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const problems: string[] = []
  const values = readValues(env, problems)
  const tls = readTls(values, problems)
  const hasMasterKey = Boolean(env[`${PREFIX}MASTER_KEY`] || env[`${PREFIX}MASTER_KEY_FILE`])
  if (values.DATABASE_URL?.startsWith('postgres') && !hasMasterKey) {
    problems.push(`${PREFIX}MASTER_KEY is required with PostgreSQL: every node needs the same one`)
  }
  if (problems.length > 0) throw new ConfigError(problems)
  const listenPort = values.PORT ?? DEFAULT_PORT
  const dataDir = resolve(values.DATA_DIR ?? 'data')
  const url = values.PUBLIC_URL ?? `${tls ? 'https' : 'http'}://localhost:${listenPort}`
  return Object.freeze({
    host: values.HOST ?? '127.0.0.1',
    port: listenPort,
    publicUrl: new URL(url).origin,
    operationsHost: values.OPERATIONS_HOST ?? '127.0.0.1',
    operationsPort: values.OPERATIONS_PORT ?? listenPort + 1,
    dataDir,
    databaseUrl: absoluteDatabase(values.DATABASE_URL, dataDir),
    masterKey: values.MASTER_KEY,
    adminPassword: values.ADMIN_PASSWORD,
    bootstrapClientSecret: values.BOOTSTRAP_CLIENT_SECRET,
    egressAllow: values.EGRESS_ALLOW ?? [],
    secretStores: values.SECRET_STORES ?? [],
    trustedProxies: values.TRUSTED_PROXIES ?? [],
    logLevel: values.LOG_LEVEL ?? 'info',
    tls,
    warnings: isPlainToTheWorld(url) ? [PLAIN_HTTP] : [],
  })
}

/** One variable by the name that a person gave: a command may be told where a secret is. */
export function environmentValue(name: string): string | undefined {
  return process.env[name]
}

function readValues(env: Readonly<Record<string, string | undefined>>, problems: string[]): Values {
  const values: Record<string, unknown> = {}
  const known = new Set<string>()
  for (const [name, setting] of Object.entries<Setting>(SETTINGS)) {
    const variable = PREFIX + name
    known.add(variable)
    if (setting.isSecret) known.add(`${variable}_FILE`)
    const text = textOf(env, variable, setting, problems)
    if (text === undefined) continue
    const parsed = setting.schema.safeParse(text)
    if (parsed.success) values[name] = parsed.data
    else problems.push(`${variable} ${parsed.error.issues[0]?.message ?? 'is wrong'}`)
  }
  for (const variable of Object.keys(env)) {
    if (variable.startsWith(PREFIX) && !known.has(variable) && !isInjected(variable, env[variable])) {
      problems.push(`${variable} is not a variable of Sallyport; see docs/configuration.md`)
    }
  }
  return values
}

/** The text of a variable, or of the file that its `_FILE` names. An empty one counts as unset. */
function textOf(
  env: Readonly<Record<string, string | undefined>>,
  variable: string,
  setting: Setting,
  problems: string[],
): string | undefined {
  const text = isInjected(variable, env[variable]) ? undefined : env[variable] || undefined
  const file = setting.isSecret ? env[`${variable}_FILE`] || undefined : undefined
  if (file === undefined) return text
  if (text !== undefined) {
    problems.push(`${variable} and ${variable}_FILE are both set: only one may be`)
    return undefined
  }
  return readFile(file, `${variable}_FILE`, variable.endsWith('_MASTER_KEY'), problems)
}

function readFile(path: string, variable: string, isPrivate: boolean, problems: string[]): string | undefined {
  try {
    if (isPrivate && process.platform !== 'win32' && (statSync(path).mode & 0o004) !== 0) {
      problems.push(`${variable}: ${path} can be read by everybody; run chmod 600 ${path}`)
      return undefined
    }
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    problems.push(`${variable}: ${path} cannot be read (${reason})`)
    return undefined
  }
}

function readTls(values: Values, problems: string[]): Config['tls'] {
  const { TLS_CERT: cert, TLS_KEY: key } = values
  if (cert === undefined && key === undefined) return undefined
  if (cert === undefined || key === undefined) {
    problems.push(`${PREFIX}TLS_CERT and ${PREFIX}TLS_KEY go together: one of them is missing`)
    return undefined
  }
  const pems = {
    cert: readFile(cert, `${PREFIX}TLS_CERT`, false, problems),
    key: readFile(key, `${PREFIX}TLS_KEY`, true, problems),
  }
  return pems.cert === undefined || pems.key === undefined ? undefined : { cert: pems.cert, key: pems.key }
}

function absoluteDatabase(url: string | undefined, dataDir: string): string {
  if (url === undefined) return `sqlite:${join(dataDir, 'sallyport.db')}`
  return url.startsWith('sqlite:') ? `sqlite:${resolve(url.slice('sqlite:'.length))}` : url
}

/**
 * Kubernetes describes a Service named `sallyport` to its pods by variables of our prefix: they are not meant for us.
 */
function isInjected(variable: string, value: string | undefined): boolean {
  if (/^SALLYPORT_(?:SERVICE_(?:HOST|PORT(?:_[A-Z0-9_]+)?)|PORT_\d+_(?:TCP|UDP|SCTP)(?:_[A-Z]+)?)$/.test(variable))
    return true
  return variable === `${PREFIX}PORT` && /^(?:tcp|udp|sctp):\/\//.test(value ?? '')
}

function isNetwork(text: string): boolean {
  return parseNetwork(text) !== undefined
}

/** `[realm=]CIDR` */
function isOpening(text: string): boolean {
  const parts = /^(?:[a-z0-9-]{1,63}=)?([^=]+)$/.exec(text)
  return parts !== null && isNetwork(parts[1] as string)
}

function isPublicUrl(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || !(url.protocol === 'https:' || url.protocol === 'http:')) return false
  return url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === ''
}

function isPlainToTheWorld(text: string): boolean {
  const { protocol, hostname } = new URL(text)
  return protocol === 'http:' && !/^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
}

function isPostgresUrl(text: string): boolean {
  return /^postgres(?:ql)?:\/\//.test(text) && URL.canParse(text)
}
