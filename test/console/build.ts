/** The global set-up of the test run: the console as its sources are now. */
import { ensureConsole } from '../../scripts/console.mjs'

/** Whoever tests something else is not kept from it: where the build failed, the tests of the console say so. */
export async function setup(): Promise<void> {
  try {
    await ensureConsole()
  } catch (error) {
    process.stderr.write(`${String(error)}\n`)
  }
}
