/** The façades as their guide says to use them: with curl, which knows nothing of us. */
import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type House, openHouse } from './house.ts'

const guide = readFileSync(resolve(import.meta.dirname, '..', 'docs', 'facades.md'), 'utf8')
const script = [...guide.matchAll(/^```sh run\n([\s\S]*?)^```$/gm)].map(([, body]) => body).join('\n')
const hasCurl = spawnSync('curl', ['--version']).status === 0

describe.runIf(hasCurl)('the guide for callers of other products', () => {
  let house: House
  let directory: string

  beforeAll(async () => {
    house = await openHouse({ env: { SALLYPORT_BOOTSTRAP_CLIENT_SECRET: '' } })
    directory = mkdtempSync(join(tmpdir(), 'sallyport-facades-'))
    symlinkSync(house.config.dataDir, join(directory, 'data'))
  })

  afterAll(async () => {
    rmSync(directory, { recursive: true })
    await house.close()
  })

  test('a token by password, checked, refreshed once, checked and revoked', async () => {
    const lines = script.replaceAll('8484', String(house.config.port))
    const env = { PATH: `${dirname(process.execPath)}:${process.env['PATH']}` }
    const { stdout } = await promisify(execFile)('sh', ['-eu', '-c', lines], { cwd: directory, env })
    expect(stdout).not.toContain('"error"')
    expect(stdout.match(/"authorities":\["OPERATOR"\]/g)).toHaveLength(4)
    expect(stdout.match(/"expires_in":43200/g)).toHaveLength(2)
    expect(stdout).toContain('"active":true')
    expect(stdout).toContain('"scope":["plant"],"name":"grace"')
    expect(stdout).toContain('"state":"invalid_token"')
    expect(stdout).toMatch(/"kind":"spring","uses":3\b/)
    expect(stdout).toMatch(/"kind":"onesait","uses":2\b/)
    expect(stdout).toMatch(/"kind":"password","uses":1\b/)
  })
})
