/**
 * `doctor`: what an operator would look at, looked at; nothing is changed and no secret is shown. A finding is `ok`,
 * `warning` (it works and should not stay so) or `broken`.
 */
import { X509Certificate } from 'node:crypto'
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { createSeal, parseMasterKey, type WrappedDataKey } from '#crypto/seal.ts'
import { readSecretFile } from '#crypto/secret-file.ts'
import { type Inspection, inspectDatabase } from '#store/inspect.ts'
import { CommandFailed, EXIT } from './exit.ts'
import { json, safe } from './print.ts'
import { wayOutTo } from './way-out.ts'
import type { Settings, World } from './world.ts'

const DAY = 86_400
/** Keys sign for 90 days and are announced before; later than that nobody rotates them. */
const KEY_OVERDUE_SECONDS = 106 * DAY
const CERTIFICATE_NOTICE_SECONDS = 14 * DAY
const CLOCK_SKEW_SECONDS = 5

interface Finding {
  readonly state: 'ok' | 'warning' | 'broken'
  readonly what: string
  readonly detail: string
}

export function addDoctorCommand(program: Command, world: World): void {
  program
    .command('doctor')
    .description('look for what is wrong with the configuration, the data directory, the database and the server')
    .option('--json', 'print the findings as JSON')
    .action((options: { json?: true }) => examine(world, options.json === true))
}

async function examine(world: World, asJson: boolean): Promise<void> {
  const findings = await allFindings(world)
  const line = ({ state, what, detail }: Finding) => `${state.padEnd(8)} ${what.padEnd(18)} ${safe(detail)}\n`
  world.out(asJson ? json(findings) : findings.map(line).join(''))
  const broken = findings.filter(({ state }) => state === 'broken').length
  if (broken > 0)
    throw new CommandFailed(EXIT.refused, broken === 1 ? 'one thing is broken' : `${broken} things are broken`)
}

async function allFindings(world: World): Promise<readonly Finding[]> {
  let settings: Settings
  try {
    settings = world.settings()
  } catch (error) {
    const problems =
      error instanceof Error && 'problems' in error ? (error.problems as readonly string[]) : [sentence(error)]
    return problems.map((problem) => finding('broken', 'configuration', problem))
  }
  const { database, inspection } = await databaseFindings(settings)
  return [
    finding('ok', 'configuration', 'every setting can be read'),
    ...settings.warnings.map((warning) => finding('warning', 'configuration', warning)),
    ...certificateFindings(settings),
    ...directoryFindings(settings),
    ...masterKeyFindings(settings, inspection),
    ...secretFileFindings(settings),
    ...database,
    ...(await serverFindings(settings)),
  ]
}

function finding(state: Finding['state'], what: string, detail: string): Finding {
  return { state, what, detail }
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function certificateFindings({ tls }: Settings): readonly Finding[] {
  if (tls === undefined) return []
  try {
    const { validToDate } = new X509Certificate(tls.cert)
    const left = validToDate.getTime() / 1000 - now()
    const state = left <= 0 ? 'broken' : left < CERTIFICATE_NOTICE_SECONDS ? 'warning' : 'ok'
    return [finding(state, 'TLS certificate', `valid until ${validToDate.toISOString()}`)]
  } catch (error) {
    return [finding('broken', 'TLS certificate', sentence(error))]
  }
}

function directoryFindings({ dataDir }: Settings): readonly Finding[] {
  const what = 'data directory'
  if (!existsSync(dataDir)) return [finding('ok', what, `${dataDir} is not there yet: the first start makes it`)]
  try {
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch {
    return [finding('broken', what, `${dataDir} cannot be written by this user`)]
  }
  const isOpen = process.platform !== 'win32' && (statSync(dataDir).mode & 0o077) !== 0
  return [
    isOpen
      ? finding('warning', what, `others can look into ${dataDir}: run chmod 700 ${dataDir}`)
      : finding('ok', what, dataDir),
  ]
}

function masterKeyFindings(settings: Settings, inspection: Inspection | undefined): readonly Finding[] {
  const what = 'master key'
  const path = join(settings.dataDir, 'master.key')
  try {
    const text = settings.masterKey ?? readSecretFile(path)
    if (text === undefined) {
      return inspection?.dataKeys === undefined
        ? [finding('ok', what, 'there is none yet: the first start makes it')]
        : [finding('broken', what, `${path} is missing, and the secrets of this database cannot be read without it`)]
    }
    const key = parseMasterKey(text)
    const wrapped = inspection?.dataKeys
    if (wrapped !== undefined) createSeal(key, JSON.parse(wrapped) as WrappedDataKey[])
    const good = finding('ok', what, wrapped === undefined ? 'it can be read' : 'it fits this database')
    if (settings.masterKey !== undefined) return [good]
    const besides = settings.databaseUrl.startsWith(`sqlite:${dirname(path)}/`)
    return [good, ...(besides ? [liesBeside(path)] : [])]
  } catch (error) {
    return [finding('broken', what, sentence(error))]
  }
}

function liesBeside(path: string): Finding {
  return finding(
    'warning',
    'master key',
    `${path} lies beside the database: whoever copies the directory has both. Set SALLYPORT_MASTER_KEY_FILE to another place`,
  )
}

function secretFileFindings({ dataDir }: Settings): readonly Finding[] {
  const findings: Finding[] = []
  for (const name of ['bootstrap.secret', 'quick-start.secret', 'admin.password']) {
    try {
      const isThere = readSecretFile(join(dataDir, name)) !== undefined
      if (isThere && name === 'admin.password') {
        findings.push(
          finding(
            'warning',
            name,
            `the first password still lies in ${join(dataDir, name)}: change it, then delete the file`,
          ),
        )
      } else if (isThere) findings.push(finding('ok', name, 'only its owner can read it'))
    } catch (error) {
      findings.push(finding('broken', name, sentence(error)))
    }
  }
  return findings
}

async function databaseFindings(
  settings: Settings,
): Promise<{ database: readonly Finding[]; inspection: Inspection | undefined }> {
  try {
    const inspection = await inspectDatabase(settings.databaseUrl)
    if (inspection === undefined) {
      return { database: [finding('ok', 'database', 'there is none yet: the first start makes it')], inspection }
    }
    return {
      database: [...stateFindings(inspection), ...clockFindings(inspection), ...keyFindings(inspection)],
      inspection,
    }
  } catch (error) {
    return { database: [finding('broken', 'database', sentence(error))], inspection: undefined }
  }
}

function stateFindings({ pending }: Inspection): readonly Finding[] {
  if (pending.length === 0) return [finding('ok', 'database', 'it can be read, and its schema is of this version')]
  return [
    finding('warning', 'database', `the next start changes its schema (${pending.join(', ')}): make a backup before`),
  ]
}

function clockFindings({ now: theirs, newestEntryAt }: Inspection): readonly Finding[] {
  const skew = Math.round(theirs - now())
  if (Math.abs(skew) > CLOCK_SKEW_SECONDS) {
    return [finding('warning', 'clock', `the database's is ${Math.abs(skew)} seconds ${skew > 0 ? 'ahead' : 'behind'}`)]
  }
  if (newestEntryAt !== undefined && newestEntryAt - now() > CLOCK_SKEW_SECONDS) {
    return [
      finding(
        'broken',
        'clock',
        'the newest audit entry is of the future: the clock went back, and tokens live too long',
      ),
    ]
  }
  return [finding('ok', 'clock', 'here and in the database it is the same time')]
}

function keyFindings({ signingKeys }: Inspection): readonly Finding[] {
  const overdue = signingKeys.filter(({ active_at }) => active_at + KEY_OVERDUE_SECONDS < now())
  if (overdue.length === 0) return [finding('ok', 'signing keys', `${signingKeys.length}, none is overdue`)]
  return overdue.map(({ realm, alg, active_at }) => {
    const days = Math.floor((now() - active_at) / DAY)
    return finding(
      'warning',
      'signing keys',
      `${alg} of realm ${realm} signs for ${days} days: the server rotates it when it runs`,
    )
  })
}

async function serverFindings({ operationsHost, operationsPort, publicUrl }: Settings): Promise<readonly Finding[]> {
  const operations = `http://${reachable(operationsHost)}:${operationsPort}`
  try {
    const { status, body } = await wayOutTo(operations)(`${operations}/health/ready`, { timeoutMs: 5000 })
    const told = safe(body.toString().trim().slice(0, 200))
    const health = finding(status === 200 ? 'ok' : 'broken', 'server', `${operations}/health/ready: ${status} ${told}`)
    return [health, await publicFinding(publicUrl)]
  } catch (error) {
    return [finding('warning', 'server', `it does not run, or not with these settings: ${sentence(error)}`)]
  }
}

/** The address to call for what a server listens on. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}

async function publicFinding(publicUrl: string): Promise<Finding> {
  const what = 'public URL'
  const issuer = `${publicUrl}/realms/system`
  try {
    const url = `${issuer}/.well-known/openid-configuration`
    const { status, body } = await wayOutTo(publicUrl)(url, { timeoutMs: 5000 })
    const told = status === 200 ? (JSON.parse(body.toString()) as { issuer?: unknown }).issuer : undefined
    if (told === issuer) return finding('ok', what, `${publicUrl} leads here`)
    return finding('broken', what, `${publicUrl} leads to something else: ${url} answers ${status}`)
  } catch (error) {
    return finding('warning', what, `${publicUrl} cannot be reached from here: ${sentence(error)}`)
  }
}

function now(): number {
  return Date.now() / 1000
}
