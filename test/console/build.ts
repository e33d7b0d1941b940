/** The global set-up of the test run: the console as its sources are now. Where that failed, its own tests say so. */
import { ensureConsole } from '../../scripts/console.mjs'

export const setup = ensureConsole
