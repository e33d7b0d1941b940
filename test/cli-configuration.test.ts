import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CliHouse, jsonOf, openCliHouse } from './cli-house.ts'

/** `export`, `plan` and `apply`, as somebody who keeps a realm in a repository uses them. */

let house: CliHouse
beforeAll(async () => {
  house = await openCliHouse()
  await house.run(['realms', 'create', '--name', 'shop'])
})
afterAll(() => house.close())

function file(name: string, text: string): string {
  const path = join(house.directory, name)
  writeFileSync(path, text)
  return path
}

describe('a realm in a file', () => {
  test('plan shows, apply does, export gives it back, and then there is nothing to do', async () => {
    const yaml = file(
      'shop.yaml',
      'realm: {token_validity: 3600}\nroles: [{name: editor}]\nclients:\n  - client_id: web\n    redirect_uris: [https://shop.example/cb]\n',
    )
    const planned = await house.run(['plan', yaml, '--realm', 'shop', '--exit-code'])
    expect(planned.code).toBe(3)
    expect(planned.out).toMatch(/^~ realm shop\n {4}token_validity {2}43200 -> 3600\n\+ role editor\n\+ client web\n/)
    expect(planned.out).toContain('2 to create, 1 to change, 0 to delete')
    expect(planned.out).toMatch(/^ {4}redirect_uris +\["https:\/\/shop\.example\/cb"\]$/m)
    const unsure = await house.run(['apply', yaml, '--realm', 'shop'])
    expect(unsure).toMatchObject({ code: 2, err: expect.stringContaining('--yes') })
    expect(await house.run(['clients', 'get', 'web', '--realm', 'shop'])).toMatchObject({ code: 1 })
    const applied = await house.run(['apply', yaml, '--realm', 'shop', '--yes'])
    expect(applied).toMatchObject({ code: 0, err: '' })
    expect(applied.out).toMatch(/told this once:\nclient_id +client_secret\nweb +[\w-]{43}\n/)
    const again = join(house.directory, 'again.yaml')
    expect(await house.run(['export', '--realm', 'shop', '--output', again])).toMatchObject({ code: 0 })
    expect(readFileSync(again, 'utf8')).toBe((await house.run(['export', '--realm', 'shop'])).out)
    const nothing = await house.run(['plan', again, '--realm', 'shop', '--prune', '--exit-code'])
    expect(nothing).toMatchObject({ code: 0, out: expect.stringContaining('The realm is what the file says.') })
  })

  test('what the file does not name stays, and goes with --prune; a plan can be held to', async () => {
    const yaml = 'roles: []\n'
    const kept = await house.run(['plan', '-', '--realm', 'shop', '--json'], { input: yaml })
    expect(jsonOf(kept.out)).toMatchObject({ changes: [], kept: [{ kind: 'role', name: 'editor' }] })
    const planned = await house.run(['plan', '-', '--realm', 'shop', '--prune', '--json'], { input: yaml })
    const { fingerprint } = jsonOf(planned.out)
    const hold = ['--realm', 'shop', '--prune', '--fingerprint', String(fingerprint)]
    await house.run(['roles', 'create', '--realm', 'shop', '--name', 'late'])
    expect(await house.run(['apply', '-', ...hold], { input: yaml })).toMatchObject({ code: 1 })
    await house.run(['roles', 'delete', 'late', '--realm', 'shop', '--yes'])
    const done = await house.run(['apply', '-', ...hold], { input: yaml })
    expect(done).toMatchObject({ code: 0, out: expect.stringContaining('- role editor') })
  })

  test('N154 secrets are references: values come from this machine, and are shown nowhere', async () => {
    const secret = house.secretFile('correct horse battery')
    const yaml = file(
      'secret.yaml',
      `clients:\n  - client_id: a\n    client_secret: {file: ${secret}}\n  - client_id: b\n    client_secret: {env: B}\n`,
    )
    const missing = await house.run(['apply', yaml, '--realm', 'shop', '--yes'])
    expect(missing).toMatchObject({ code: 2, err: expect.stringContaining('no value for env:B') })
    const env = { B: 'another horse battery' }
    const applied = await house.run(['apply', yaml, '--realm', 'shop', '--yes'], { env })
    expect(applied.code, applied.err).toBe(0)
    expect(applied.out + applied.err).not.toMatch(/horse/)
    const token = ['token', '--realm', 'shop', '--client-id', 'a', '--secret-file', secret]
    expect((await house.run(token)).err).toContain('unauthorized_client')
    const plain = file('plain.yaml', 'clients:\n  - client_id: a\n    client_secret: correct horse battery\n')
    const refused = await house.run(['plan', plain, '--realm', 'shop'])
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('does not belong in a file') })
    expect(refused.err).not.toContain('horse')
  })

  test('a refusal names the file and the line', async () => {
    const yaml = file('bad.yaml', 'clients:\n  - client_id: one\n  - client_id: two\n    scope: nowhere\n')
    const refused = await house.run(['plan', yaml, '--realm', 'shop'])
    expect(refused.code).toBe(1)
    expect(refused.err).toMatch(/bad\.yaml:4: the server refuses \(400 Bad Request\): clients\.1\.scope: /)
    const broken = await house.run(['plan', '-', '--realm', 'shop'], { input: 'a: [' })
    expect(broken).toMatchObject({ code: 1, err: expect.stringMatching(/line \d+: is not YAML/) })
    const unknown = await house.run(['plan', '-', '--realm', 'shop'], { input: 'clients: [{client_id: x, colour: 1}]' })
    expect(unknown.err).toMatch(/line 1: .*clients\.0\.colour/)
  })

  test('N154 names from elsewhere cannot steer the terminal', async () => {
    const yaml = file('hostile.yaml', 'roles: [{name: "\\u202egnp.exe"}]\n')
    expect((await house.run(['plan', yaml, '--realm', 'shop'])).out).toContain('+ role \\u202egnp.exe')
    await house.run(['apply', yaml, '--realm', 'shop', '--yes'])
    expect((await house.run(['export', '--realm', 'shop'])).out).toContain('"\\u202egnp.exe"')
  })
})
