import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

/*
 * A real browser for the tests: the machine's Chromium, else the one from npm. Owns finding and starting it; what a
 * test does with the browser is its own.
 */

const installed = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const packaged = resolve('node_modules/@sparticuz/chromium')

/** A headless Chromium; the caller closes it. */
export async function launchBrowser(): Promise<Browser> {
  const machines = installed.find((path) => existsSync(path))
  if (machines !== undefined) return launch(machines)
  const directory = await unpackedChromium()
  try {
    // With the package's own libraries and fonts: a bare machine has none, and pages look the same everywhere.
    return await launch(join(directory, 'chromium'), {
      LD_LIBRARY_PATH: join(directory, 'al2023/lib'),
      FONTCONFIG_PATH: join(directory, 'fonts'),
    })
  } catch (error) {
    const isMissingLibrary = error instanceof Error && error.message.includes('error while loading shared libraries')
    if (!isMissingLibrary || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) throw error
  }
  await run('apt-get', ['update', '-qq'])
  await run('apt-get', ['install', '-qq', '--yes', '--no-install-recommends', 'chromium'])
  return launch('/usr/bin/chromium')
}

function launch(executablePath: string, environment: Record<string, string> = {}): Promise<Browser> {
  return chromium.launch({
    executablePath,
    // Chromium's sandbox refuses root and needs user namespaces that containers seldom have; the pages are our own.
    chromiumSandbox: false,
    args: ['--disable-dev-shm-usage'],
    env: { ...process.env, ...environment },
  })
}

/**
 * The directory with the unpacked browser, inside the package, so that another version never meets it. The package
 * itself unpacks into the system's temporary directory and takes a half written file for a whole one; so it works in
 * a directory of its own here, which gets its name when it is complete.
 */
async function unpackedChromium(): Promise<string> {
  const directory = join(packaged, 'unpacked')
  if (existsSync(directory)) return directory
  const staging = await mkdtemp(join(packaged, 'unpacking-'))
  // The package adds its shared libraries where it believes to be on the machine that they are made for.
  const environment = { TMPDIR: staging, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' }
  const script = `import chromium from '@sparticuz/chromium'; await chromium.executablePath()`
  await run(process.execPath, ['--input-type=module', '--eval', script], environment)
  // Its fonts.conf names directories of that machine.
  await writeFile(join(staging, 'fonts/fonts.conf'), fontsConfiguration(join(directory, 'fonts')))
  await rename(staging, directory).catch(async (error: NodeJS.ErrnoException) => {
    await rm(staging, { recursive: true, force: true })
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
  })
  return directory
}

function fontsConfiguration(directory: string): string {
  const cacheDirectory = join(directory, 'cache')
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${directory}</dir><cachedir>${cacheDirectory}</cachedir></fontconfig>
`
}

async function run(command: string, args: string[], environment: Record<string, string> = {}): Promise<void> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', ...environment },
  })
  const code = await new Promise<number | null>((done, fail) => {
    child.on('error', fail)
    child.on('exit', done)
  })
  if (code !== 0) throw new Error(`${command} failed with exit code ${code}`)
}
