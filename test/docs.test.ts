/** The documents keep their word: what they say to type works, their links lead somewhere, their settings exist. */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Browser, type Page } from './browser.ts'
import { signIn } from './code-flow.ts'
import { freePort } from './free-port.ts'
import { type House, openHouse } from './house.ts'

const run = promisify(execFile)
const root = resolve(import.meta.dirname, '..')
const guides = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'))
const documents = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...guides.map((name) => join('docs', name)),
]

interface Block {
  /** What stands behind the opening fence: the language, `run` where it is run, `file=…` where it is a file. */
  readonly info: string
  readonly body: string
}

function textOf(document: string): string {
  return readFileSync(join(root, document), 'utf8')
}

function blocksOf(document: string): readonly Block[] {
  const fences = textOf(document).matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)
  return [...fences].map(([, info = '', body = '']) => ({ info, body }))
}

function scriptOf(document: string): string {
  return blocksOf(document)
    .filter(({ info }) => info === 'sh run')
    .map(({ body }) => body)
    .join('\n')
}

/** A directory as the reader has it: the server was started here, and the libraries are installed. */
interface Place {
  readonly directory: string
  /** The same text with the ports of this run in it. */
  here(text: string): string
}

async function openPlace(house: House): Promise<Place> {
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-docs-'))
  symlinkSync(house.config.dataDir, join(directory, 'data'))
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
  const ports = { 8484: house.config.port, 3000: await freePort(), 3001: await freePort() }
  return {
    directory,
    here: (text) => text.replace(/\b(?:8484|3000|3001)\b/g, (port) => String(ports[port as unknown as 3000])),
  }
}

const environment = { PATH: `${dirname(process.execPath)}:${process.env['PATH']}` }

/** Runs the lines in one shell, stops at the first that fails, and answers everything that was printed. */
async function shell(place: Place, lines: string): Promise<string> {
  const { stdout } = await run('sh', ['-eu', '-c', place.here(lines)], { cwd: place.directory, env: environment })
  return stdout
}

/** Without curl on the machine the lines cannot be typed, so there is nothing to keep. */
const hasCurl = spawnSync('curl', ['--version']).status === 0

describe.runIf(hasCurl)('what the guides say to type', () => {
  let house: House
  let place: Place

  beforeAll(async () => {
    house = await openHouse({ env: { SALLYPORT_BOOTSTRAP_CLIENT_SECRET: '' } })
    place = await openPlace(house)
  })

  afterAll(async () => {
    rmSync(place.directory, { recursive: true })
    await house.close()
  })

  test('the quick start and the README: a first token, a client, a user', async () => {
    const typed = scriptOf('docs/quick-start.md')
    const said = await shell(place, typed)
    expect(said).toContain('"access_token"')
    expect(said).toContain('"client_secret"')
    expect(said).toContain('"username":"ada"')
    expect(said).not.toContain('"error"')
    const [firstToken = ''] = typed.split('\n')
    expect(textOf('README.md')).toContain(firstToken)
    expect(place.here(firstToken)).toBe(
      house.app.report.firstTokenCommand?.replace(
        join(house.config.dataDir, 'quick-start.secret'),
        'data/quick-start.secret',
      ),
    )
  })

  test('every flow with curl', async () => {
    const said = await shell(place, scriptOf('docs/integrate-curl.md'))
    expect(said).toMatch(/^the answer is ours$/m)
    expect(said).toContain('"name":"Grace Hopper"')
    expect(said).toContain('"active":true')
    expect(said).toContain('{"active":false}')
    expect(said).toMatch(/http:\/\/127\.0\.0\.1\/\?state=[\w-]{43}\n$/)
    expect(said).not.toContain('"error"')
  })

  test('Node.js: openid-client signs a person in, refreshes and signs out; jose verifies', async () => {
    const files = blocksOf('docs/integrate-node.md').filter(({ info }) => info.includes('file='))
    for (const { info, body } of files) {
      writeFileSync(join(place.directory, info.slice(info.indexOf('file=') + 5)), place.here(body))
    }
    const secrets = await registeredSecrets(place)
    const programs = await Promise.all(['api.mjs', 'web.mjs'].map((file) => startProgram(place, file, secrets)))
    try {
      const machine = await run(process.execPath, ['machine.mjs'], { cwd: place.directory, env: secrets })
      expect(machine.stdout).toMatch(/^200 \{"apples":3,"asked_by":"client:/)
      await walkThroughTheShop(house, new Browser(place.here('http://localhost:3000')))
    } finally {
      for (const program of programs) program.kill()
    }
  })
})

/** The guide leaves its secrets in exported variables. */
async function registeredSecrets(place: Place): Promise<Record<string, string>> {
  const said = await shell(place, `${scriptOf('docs/integrate-node.md')}\necho; env`)
  const secrets = [...said.matchAll(/^(WEB_SECRET|MACHINE_SECRET)=(.+)$/gm)]
  expect(secrets).toHaveLength(2)
  return Object.fromEntries(secrets.map(([, name = '', value = '']) => [name, value]))
}

/** Resolves when it says that it listens. */
async function startProgram(place: Place, file: string, env: Record<string, string>): Promise<ChildProcess> {
  const program = spawn(process.execPath, [file], { cwd: place.directory, env, stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: program.stdout })) if (line.includes('listens on')) return program
  throw new Error(`${file} ended before it listened`)
}

async function walkThroughTheShop(house: House, shop: Browser): Promise<void> {
  const person = new Browser(house.url)
  const signedIn = await signIn(person, await person.open((await shop.open('/login')).url), 'alan', 'only a foretaste')
  expect((await shop.open(signedIn.url)).body).toContain('Hello Alan Turing')
  expect((await shop.open('/stock')).body).toContain('&#34;apples&#34;:3')
  const refreshed: Page = await shop.open('/refresh')
  expect(refreshed.body).toContain('Hello Alan Turing')
  const left = await person.open((await shop.open('/logout')).url)
  expect(left.isElsewhere).toBe(true)
  expect((await shop.open(left.url)).body).toContain('Sign in')
}

describe('the documents', () => {
  test('every relative link leads to a file', () => {
    const broken = documents.flatMap((document) => {
      const prose = textOf(document).replace(/^```[\s\S]*?^```$/gm, '')
      const targets = [...prose.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target)
      return targets
        .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(root, dirname(document), target)))
        .map((target) => `${document}: ${target}`)
    })
    expect(broken).toEqual([])
  })

  test('every setting that is named exists', () => {
    const rows = textOf('docs/configuration.md').matchAll(/^\| `(SALLYPORT_[A-Z_]+)`( \(\*file\*\))?/gm)
    const known = [...rows].flatMap(([, name = '', file]) => (file === undefined ? [name] : [name, `${name}_FILE`]))
    expect(known.length).toBeGreaterThan(10)
    const unknown = documents
      .filter((document) => document !== 'docs/configuration.md')
      .flatMap((document) =>
        [...textOf(document).matchAll(/\bSALLYPORT_[A-Z_]*[A-Z]\b/g)]
          .filter(([name]) => !known.includes(name))
          .map(([name]) => `${document}: ${name}`),
      )
    expect(unknown).toEqual([])
  })

  test('the welcome page links to documents that are there', () => {
    const linked = [...readFileSync(join(root, 'src/welcome.ts'), 'utf8').matchAll(/'([\w-]+\.md)'/g)]
    expect(linked.map(([, name = '']) => name).filter((name) => !guides.includes(name))).toEqual([])
  })
})
