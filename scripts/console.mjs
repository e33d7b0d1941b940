// Builds the console (console/ → console/dist) where what it is made of has changed since the last time. Several may
// do so at once: each builds into a directory of its own, and the last one that is ready is served.
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { exitWith, findRuntime, root, runInForeground } from './runtime.mjs'

const home = join(root, 'console')
const dist = join(home, 'dist')
/** Written last: a directory without it is half a build. */
const stampName = '.stamp'
const compressible = /\.(?:js|css|svg|json)$/

/**
 * Builds in a process of its own, so that whoever starts the server does not carry a bundler. Where that fails the
 * server does its work without a console, and `/console/` says so.
 */
export async function ensureConsole() {
  if (isFresh()) return
  process.stderr.write('Building the console …\n')
  const code = await runInForeground(findRuntime(), [fileURLToPath(import.meta.url)])
  if (code !== 0) process.stderr.write('The console could not be built; the rest works without it.\n')
}

function isFresh() {
  const stamp = join(dist, stampName)
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === digestOfSources()
}

function digestOfSources() {
  const digest = createHash('sha256')
  const paths = [...filesUnder(home), ...filesUnder(join(root, 'src/contract')), join(root, 'package-lock.json')]
  for (const path of paths) digest.update(relative(root, path)).update('\0').update(readFileSync(path)).update('\0')
  return digest.digest('hex')
}

/**
 * @param {string} directory
 * @returns {string[]} sorted; without what is built
 */
function filesUnder(directory) {
  const entries = readdirSync(directory, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return entries.flatMap((entry) => {
    if (entry.name.startsWith('.') || entry.name === 'dist') return []
    const path = join(directory, entry.name)
    return entry.isDirectory() ? filesUnder(path) : [path]
  })
}

async function build() {
  const digest = digestOfSources()
  const target = mkdtempSync(join(home, '.building-'))
  // Whoever asks for it, a test run too: React's own checks are for whoever develops React's users.
  process.env['NODE_ENV'] = 'production'
  try {
    const vite = await import('vite')
    await vite.build({ configFile: join(home, 'vite.config.ts'), logLevel: 'warn', build: { outDir: target } })
    await Promise.all(
      filesUnder(target)
        .filter((path) => compressible.test(path))
        .map(compress),
    )
    writeFileSync(join(target, stampName), digest)
    putInPlace(target)
  } finally {
    rmSync(target, { recursive: true, force: true })
  }
}

/**
 * Once, here, as small as it goes: the server only hands out.
 * @param {string} path
 */
async function compress(path) {
  const bytes = await readFile(path)
  const [small, smaller] = await Promise.all([
    promisify(gzip)(bytes, { level: 9 }),
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
  ])
  await Promise.all([writeFile(`${path}.gz`, small), writeFile(`${path}.br`, smaller)])
}

/**
 * A server that runs keeps what it has read; a browser may still ask for a chunk of the build before.
 * @param {string} target
 */
function putInPlace(target) {
  const old = `${target}-old`
  if (existsSync(dist)) renameSync(dist, old)
  renameSync(target, dist)
  rmSync(old, { recursive: true, force: true })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await exitWith(async () => {
    if (!isFresh()) await build()
    return 0
  })
}
