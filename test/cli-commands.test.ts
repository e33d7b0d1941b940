import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { binDays } from '#contract/deleted.ts'
import { operations } from '#contract/operations.ts'
import { BIN_SECONDS } from '#store/deleted.ts'
import { type CliHouse, openCliHouse } from './cli-house.ts'

/** What somebody finds who looks for a command, and what a command does with a whole list. */

let house: CliHouse
beforeAll(async () => {
  house = await openCliHouse()
})
afterAll(() => house.close())

const help = async (path: readonly string[]): Promise<string> => (await house.run([...path, '--help'])).out

/** Every command below `path`, with its help. */
async function commandsUnder(path: readonly string[]): Promise<readonly { path: readonly string[]; text: string }[]> {
  const text = await help(path)
  const listed = text.split('\nCommands:\n')[1] ?? ''
  const names = [...listed.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map((match) => match[1] ?? '')
  const below = await Promise.all(
    names.filter((name) => name !== 'help').map(async (name) => await commandsUnder([...path, name])),
  )
  return [...(path.length > 0 ? [{ path, text }] : []), ...below.flat()]
}

describe('help', () => {
  let commands: Awaited<ReturnType<typeof commandsUnder>>
  beforeAll(async () => {
    commands = await commandsUnder([])
  })

  test('N154 every command says what it is for, and none takes a secret as an argument', () => {
    for (const { path, text } of commands) {
      expect(text.split('\n')[2], path.join(' ')).toMatch(/\S/)
      // The name of a key in a store is no secret.
      if (path[0] === 'secret-stores') continue
      expect(text, path.join(' ')).not.toMatch(/--[a-z-]*(?:secret|password|private-key|-token|key) </)
      expect(text, path.join(' ')).not.toMatch(/ {2}--token </)
    }
    const said = (...path: string[]) => commands.find((command) => command.path.join(' ') === path.join(' '))?.text
    expect(said('tokens', 'inspect')).toContain('--token-file <file>')
    expect(said('clients', 'update')).toContain('--require-pkce [boolean]')
    expect(said('oauth-servers', 'effective')).toContain('--environment <text>')
  })

  test('every operation is a command, or has one of its own', () => {
    const leaves = commands.filter(({ text }) => !text.includes('\nCommands:\n'))
    const summaries = leaves.map(({ text }) => text.split('\n').slice(2).join(' ').split(' Options:')[0]?.trim())
    const flat = summaries.map((summary) => summary?.replaceAll(/\s+/g, ' '))
    const elsewhere = new Set(['configuration', 'seal'])
    const missing = operations
      .filter(({ noun }) => !elsewhere.has(noun))
      .filter(({ summary }) => !flat.some((text) => text?.startsWith(summary.replaceAll(/\s+/g, ' '))))
    expect(missing.map(({ id }) => id)).toEqual([])
  })
})

describe('a list as a file', () => {
  test('the ending says what it will be; filters and columns count', async () => {
    await house.run(['clients', 'create', '--client-id', 'web'])
    const csv = join(house.directory, 'clients.csv')
    const flags = ['--filter', 'client_id=we', '--columns', 'client_id,enabled', '--output']
    expect(await house.run(['clients', 'list', ...flags, csv])).toMatchObject({ code: 0, err: '' })
    expect(readFileSync(csv, 'utf8')).toMatch(/"client_id","enabled"\r?\n"web",/)
    const xlsx = join(house.directory, 'clients.xlsx')
    expect(await house.run(['clients', 'list', '--output', xlsx])).toMatchObject({ code: 0 })
    expect(readFileSync(xlsx).subarray(0, 2).toString()).toBe('PK')
    const refused = await house.run(['clients', 'list', '--output', join(house.directory, 'x.doc')])
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('.xlsx') })
    const unknown = await house.run(['clients', 'list', '--columns', 'colour', '--output', csv])
    expect(unknown).toMatchObject({ code: 1, err: expect.stringContaining('columns') })
  })
})

test('many at once are deleted with --yes only', async () => {
  await house.run(['roles', 'create', '--name', 'one'])
  const bulk = ['roles', 'bulk', '--action', 'delete', '--ids', 'one']
  expect(await house.run(bulk)).toMatchObject({ code: 2, err: expect.stringContaining('--yes') })
  expect(await house.run(['roles', 'get', 'one'])).toMatchObject({ code: 0 })
  expect(await house.run([...bulk, '--yes'])).toMatchObject({ code: 0 })
  expect(await house.run(['roles', 'get', 'one'])).toMatchObject({ code: 1 })
})

test('who is asked to say --yes is told whether it can come back', async () => {
  const told = async (...args: string[]) => (await house.run(args)).err
  expect(await told('clients', 'delete', 'one')).toContain('recycle bin for 30 days')
  expect(await told('roles', 'bulk', '--action', 'delete', '--ids', 'one')).toContain('recycle bin for 30 days')
  expect(await told('oauth-servers', 'delete', 'one')).toContain('recycle bin for 30 days')
  expect(await told('categories', 'delete', 'one')).toContain('recycle bin for 30 days')
  expect(await told('consents', 'withdraw', 'one', 'other')).toContain('cannot be taken back')
  expect(BIN_SECONDS).toBe(binDays * 86_400)
})

test('N154 a token that is inspected comes from a file', async () => {
  const file = house.secretFile('no token at all')
  const told = await house.run(['tokens', 'inspect', '--token-file', file])
  expect(told).toMatchObject({ code: 0, out: expect.stringMatching(/^active +no$/m) })
  writeFileSync(file, '')
  expect(await house.run(['tokens', 'inspect', '--token-file', file])).toMatchObject({ code: 2 })
})
