// Brings node_modules to what package-lock.json says, so that a fresh clone needs one command. Safe to call from
// several processes at once: one installs, the others wait for it.
import { spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { handOnSignals, Plain, root } from './runtime.mjs'

/** @typedef {'production' | 'full'} Scope */
/** @typedef {{ lock: string, scope: Scope }} Stamp */

const modules = join(root, 'node_modules')
const stampFile = join(modules, '.sallyport-parts.json')
const lockDirectory = join(root, '.cache')
const lockFile = join(lockDirectory, 'install.lock')
const heartbeatMilliseconds = 2_000
const staleMilliseconds = 10_000

/**
 * Installs what is missing. Nothing is asked of the registry when the stamp of the last installation still fits.
 * @param {Scope} scope what is needed: `production` to run the server, `full` to test it
 */
export async function ensureParts(scope) {
  const lock = digestOfPackageLock()
  if (fits(readStamp(), lock, scope)) return
  await alone(async () => {
    const stamp = readStamp()
    if (fits(stamp, lock, scope)) return
    if (installedByHand(scope)) return writeStamp({ lock, scope })
    process.stderr.write(
      scope === 'full'
        ? 'Installing the parts and the tools that Sallyport is tested with (about 1 GB, once) …\n'
        : 'Installing the parts that Sallyport needs (about 460 MB, once) …\n',
    )
    // With the same lock file only tools are added, and a server that runs from this directory keeps its modules.
    // Otherwise everything is laid out anew; what had its tools before keeps them.
    if (stamp?.lock === lock) return install(['install', '--no-save', '--include=dev'], { lock, scope })
    const wanted = stamp?.scope === 'full' ? 'full' : scope
    return install(['ci', wanted === 'full' ? '--include=dev' : '--omit=dev'], { lock, scope: wanted })
  })
}

/**
 * @param {readonly string[]} args
 * @param {Stamp} stamp
 */
async function install(args, stamp) {
  rmSync(stampFile, { force: true })
  const { code, output } = await npm([...args, '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'])
  if (code !== 0) {
    throw new Plain(`${output.trim()}\nnpm could not install the parts (npm ${args.join(' ')}, exit code ${code}).`)
  }
  writeStamp(stamp)
}

/**
 * @param {readonly string[]} args
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function npm(args) {
  // npm tells its scripts where it lies; without it (bin/sallyport.mjs) the one on the path is taken.
  const self = process.env.npm_execpath
  const child = self?.endsWith('.js')
    ? spawn(process.execPath, [self, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    : spawn('npm', args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' })
  handOnSignals(child)
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  return new Promise((resolve, reject) => {
    child.on('error', () => reject(new Plain('Sallyport needs npm to install its parts, and there is no npm here.')))
    child.on('close', (code) => resolve({ code, output }))
  })
}

function digestOfPackageLock() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
}

/** @returns {Stamp | undefined} */
function readStamp() {
  return readJson(stampFile)
}

/** @param {Stamp} stamp */
function writeStamp(stamp) {
  writeFileSync(stampFile, `${JSON.stringify(stamp)}\n`)
}

/**
 * @param {Stamp | undefined} stamp
 * @param {string} lock
 * @param {Scope} scope
 */
function fits(stamp, lock, scope) {
  return stamp !== undefined && stamp.lock === lock && (stamp.scope === 'full' || stamp.scope === scope)
}

/**
 * Whether somebody's own `npm install` already laid out what package-lock.json names: npm leaves the list of what it
 * installed as its last act. Parts for other platforms are optional and may be absent.
 * @param {Scope} scope
 */
function installedByHand(scope) {
  const installed = readJson(join(modules, '.package-lock.json'))?.packages
  if (installed === undefined) return false
  const wanted = Object.entries(readJson(join(root, 'package-lock.json')).packages)
  return wanted.every(([path, part]) => {
    if (path === '') return true
    const there = installed[path]
    if (there === undefined) return part.optional === true || (scope === 'production' && part.dev === true)
    return there.version === part.version
  })
}

/**
 * @param {string} path
 * @returns {any}
 */
function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

/**
 * Runs `work` while no other process of this clone installs. The holder touches the lock file; one that is not
 * touched any more belongs to a process that died.
 * @param {() => void | Promise<void>} work
 */
async function alone(work) {
  mkdirSync(lockDirectory, { recursive: true })
  const token = randomUUID()
  while (!take(token)) {
    if (isStale()) rmSync(lockFile, { force: true })
    else await sleep(200)
  }
  const heartbeat = setInterval(touch, heartbeatMilliseconds)
  try {
    await work()
  } finally {
    clearInterval(heartbeat)
    rmSync(lockFile, { force: true })
  }
}

/** @param {string} token */
function take(token) {
  try {
    writeFileSync(lockFile, token, { flag: 'wx' })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

function touch() {
  const now = new Date()
  utimesSync(lockFile, now, now)
}

function isStale() {
  const stat = statSync(lockFile, { throwIfNoEntry: false })
  return stat !== undefined && Date.now() - stat.mtimeMs > staleMilliseconds
}
