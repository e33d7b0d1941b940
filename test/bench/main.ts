/**
 * `npm run bench`: what an answer costs, as ratios measured in one run (medians of pairs, A B A B …). Prints one table.
 * Arguments: names of rows (P1 P3 …) to measure only those.
 */
import { cpus, release } from 'node:os'
import { consoleFigures } from './console.ts'
import { codeRedemption, refreshRotation } from './durable-writes.ts'
import { introspection } from './introspection.ts'
import { longLists } from './lists.ts'
import { heldToken } from './outbound-token.ts'
import { passwordLogin } from './password-login.ts'
import { processFigures } from './process-figures.ts'
import { againstOidcProvider, clientCredentials } from './token-requests.ts'

export interface Row {
  readonly name: string
  readonly what: string
  readonly reached: string
  readonly wanted: string
}

const MEASUREMENTS: readonly (readonly [string, () => Promise<readonly Row[]>])[] = [
  ['P1', clientCredentials],
  ['P2', againstOidcProvider],
  ['P3', introspection],
  ['P4', codeRedemption],
  ['P4', refreshRotation],
  ['P5', passwordLogin],
  ['P6', heldToken],
  ['P7', longLists],
  ['P9', processFigures],
  ['P10', consoleFigures],
]

const chosen = process.argv.slice(2)
const print = (line: string) => void process.stdout.write(`${line}\n`)

print(`Node ${process.version}, ${process.platform} ${release()}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`)
print('')
print('| row | what | reached | wanted |')
print('| --- | --- | --- | --- |')
for (const [name, measurement] of MEASUREMENTS) {
  if (chosen.length > 0 && !chosen.includes(name)) continue
  for (const row of await measurement()) print(`| ${row.name} | ${row.what} | ${row.reached} | ${row.wanted} |`)
}
