#!/usr/bin/env node
// The command `sallyport`: src/main.ts with these arguments, in the runtime that the server uses. The directory stays
// the caller's, so that file names in the arguments mean what the caller sees.
import { join } from 'node:path'
import { ensureConsole } from '../scripts/console.mjs'
import { ensureParts } from '../scripts/parts.mjs'
import { exitWith, findRuntime, root, runInForeground, runtimeFlags } from '../scripts/runtime.mjs'

await exitWith(async () => {
  await ensureParts('production')
  if (process.argv[2] === 'start') await ensureConsole()
  return runInForeground(findRuntime(), [...runtimeFlags, join(root, 'src/main.ts'), ...process.argv.slice(2)])
})
