// What `npm start`, `npm test` and the other scripts of package.json do: bring the parts, then run them under the
// runtime of scripts/runtime.mjs.
import { ensureConsole } from './console.mjs'
import { ensureParts } from './parts.mjs'
import { exitWith, findRuntime, Plain, root, runInForeground, runtimeFlags } from './runtime.mjs'

const checks = {
  types: ['node_modules/typescript/bin/tsc', '--project', '.'],
  'types of the console': ['node_modules/typescript/bin/tsc', '--project', 'console'],
  lint: ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings'],
  format: ['node_modules/@biomejs/biome/bin/biome', 'check', '--log-level=warn'],
}

/** @type {Record<string, (args: string[]) => Promise<number>>} */
const tasks = {
  start: (args) => server([...runtimeFlags, 'src/main.ts', 'start', ...args]),
  dev: (args) => server([...runtimeFlags, '--watch', '--watch-preserve-output', 'src/main.ts', 'start', ...args]),
  types: async (args) =>
    Math.max(await tool([...checks.types, ...args]), await tool([...checks['types of the console'], ...args])),
  lint: (args) => tool([...checks.lint, ...args]),
  format: (args) => tool(['node_modules/@biomejs/biome/bin/biome', 'check', '--write', ...args]),
  check: async () => Math.min(await failedChecks(), 1),
  test,
  bench: (args) => tool(['test/bench/main.ts', ...args]),
  faults: (args) => tool(['test/faults/main.ts', ...args]),
}

/** @param {string[]} args */
async function server(args) {
  await ensureParts('production')
  await ensureConsole()
  return runInForeground(findRuntime(), args)
}

/** @param {string[]} args */
async function tool(args) {
  await ensureParts('full')
  return runInForeground(findRuntime(), args)
}

/** How many of types, lint and format fail; each is run, so that one look shows everything. */
async function failedChecks() {
  await ensureParts('full')
  let failed = 0
  for (const [name, command] of Object.entries(checks)) {
    const started = Date.now()
    const code = await tool(command)
    process.stdout.write(`${name}: ${code === 0 ? 'good' : 'failed'} (${Date.now() - started} ms)\n`)
    if (code !== 0) failed += 1
  }
  return failed
}

/** @param {string[]} args files or options for Vitest */
async function test(args) {
  const failed = await failedChecks()
  if (failed > 0) {
    process.stdout.write(`\n0 passed, ${failed} failed\n`)
    return 1
  }
  return tool(['node_modules/vitest/vitest.mjs', 'run', ...args])
}

await exitWith(async () => {
  const [name = '', ...args] = process.argv.slice(2)
  const task = tasks[name]
  if (task === undefined) throw new Plain(`usage: node scripts/run.mjs ${Object.keys(tasks).join('|')} [arguments]`)
  process.chdir(root)
  return task(args)
})
