import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CliHouse, openCliHouse } from './cli-house.ts'

/*
 * The command line at a terminal, with a real one under it: `script` of util-linux, which Debian counts as essential,
 * makes it.
 */
const main = resolve(import.meta.dirname, '../src/main.ts')

interface Session {
  readonly shown: () => string
  type(text: string): void
  until(pattern: RegExp): Promise<void>
  readonly ended: Promise<number>
}

function atTerminal(env: Readonly<Record<string, string>>, args: readonly string[]): Session {
  const quoted = [process.execPath, main, ...args].map((part) => `'${part.replaceAll("'", "'\\''")}'`).join(' ')
  const child: ChildProcess = spawn('script', ['--quiet', '--return', '--command', quoted, '/dev/null'], {
    env: { PATH: process.env['PATH'], TERM: 'xterm', SHELL: '/bin/sh', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout?.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  return {
    shown: () => text,
    type: (typed) => void child.stdin?.write(typed),
    async until(pattern) {
      while (!pattern.test(text)) await once(child.stdout ?? child, 'data')
    },
    ended: once(child, 'close').then(([code]) => Number(code)),
  }
}

describe('at a terminal', () => {
  let house: CliHouse
  beforeAll(async () => {
    house = await openCliHouse()
  })
  afterAll(() => house.close())
  const env = () => ({ SALLYPORT_DATA_DIR: house.dataDir, SALLYPORT_PUBLIC_URL: house.publicUrl })

  test('N154 a secret that is typed is not shown, and counts', async () => {
    const made = ['users', 'create', '--username', 'ada', '--password-file', '-']
    const session = atTerminal(env(), made)
    await session.until(/Secret \(not shown\): /)
    session.type('poetical xx\u007f\u007fscience\r')
    expect(await session.ended, session.shown()).toBe(0)
    expect(session.shown()).toMatch(/username +ada/)
    expect(session.shown()).not.toContain('poetical')
    const listed = await house.run(['users', 'list', '--json'])
    expect(listed.out).toContain('"ada"')
  })

  test('Ctrl-C while a secret is asked for ends it with 130, and nothing is made', async () => {
    const session = atTerminal(env(), ['users', 'create', '--username', 'eve', '--password-file', '-'])
    await session.until(/not shown/)
    session.type('half\u0003')
    expect(await session.ended).toBe(130)
    expect((await house.run(['users', 'list'])).out).not.toContain('eve')
  })

  test('a table, a refusal and its exit code come through as they are', async () => {
    const session = atTerminal(env(), ['clients', 'list', '--realm', 'default'])
    expect(await session.ended).toBe(0)
    expect(session.shown()).toMatch(/^client_id +client_name[\s\S]*quick-start/)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there
    expect(session.shown()).not.toMatch(/[\u001b\u0007]/)
    const refused = atTerminal(env(), ['clients', 'get', 'nobody'])
    expect(await refused.ended).toBe(1)
    expect(refused.shown()).toContain('404')
  })
})
