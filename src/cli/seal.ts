/**
 * `seal`: the secrets at rest. A new data key is the server's work, and is asked for over the management API like
 * everything else. A new master key is the operator's: only who holds the present one and reaches the database can wrap
 * the data keys under another, and both fit until `finish`.
 */
import type { Command } from 'commander'
import { readSeal, rotateSeal, type SealState } from '#contract/seal.ts'
import { parseMasterKey } from '#crypto/seal.ts'
import { type Database, openDatabase } from '#store/database.ts'
import { masterKeyOf } from '#store/master-key.ts'
import { dropOtherMasterKeys, wrapUnderNewMasterKey } from '#store/master-key-change.ts'
import { addCallFlags, type CallOptions, callerOf } from './caller.ts'
import { secretIn } from './credentials.ts'
import { CommandFailed, EXIT } from './exit.ts'
import { fields, json } from './print.ts'
import { startProgress } from './progress.ts'
import type { World } from './world.ts'

interface SealOptions extends CallOptions {
  readonly json?: true
  /** False with `--no-wait`. */
  readonly wait?: boolean
}

const POLL_MS = 1000
const input = { params: {}, query: {}, body: undefined }

export function addSealCommands(program: Command, world: World): void {
  const group = program.command('seal').description('secrets at rest: which key seals them, and new keys')
  const status = group.command('status').description(readSeal.summary).option('--json', 'print the answer as JSON')
  addCallFlags(status)
  status.action(() => showStatus(world, status.opts()))
  const rotate = group
    .command('rotate')
    .description('a new data key: the server seals every secret anew; waits until it is done')
    .option('--no-wait', 'only begin: the server goes on by itself')
    .option('--json', 'print the answer as JSON')
  addCallFlags(rotate)
  rotate.action(() => rotateDataKey(world, rotate.opts()))
  group
    .command('rewrap')
    .description('a new master key: from now on it opens the database, and the present one still does')
    .requiredOption(
      '--new-master-key-file <file>',
      'the new one, in a file that only you can read; - is standard input',
    )
    .action((options: { newMasterKeyFile: string }) => rewrap(world, options.newMasterKeyFile))
  group
    .command('finish')
    .description('the master key of the settings is the only one from now on; every server must have it')
    .action(() => finish(world))
}

async function showStatus(world: World, options: SealOptions): Promise<void> {
  const send = await callerOf(world, options)
  const state = await send(readSeal, input, {})
  world.out(options.json ? json(state) : fields(state as Record<string, unknown>))
}

async function rotateDataKey(world: World, options: SealOptions): Promise<void> {
  const send = await callerOf(world, options)
  let state = (await send(rotateSeal, input, {})) as SealState
  const { key } = state
  const progress = startProgress(world)
  while (options.wait !== false && state.state !== 'idle') {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    state = (await send(readSeal, input, {})) as SealState
    progress.show(`${state.state}; ${state.left} secrets are left`)
  }
  progress.end()
  if (options.json) return world.out(json(state))
  world.out(
    state.state === 'idle'
      ? `Every secret at rest is sealed under the data key ${key}.\n`
      : `The data key ${key} is announced, and the server goes on by itself: sallyport seal status\n`,
  )
}

async function rewrap(world: World, file: string): Promise<void> {
  const newKey = masterKeyIn(await secretIn(world, file))
  await onDatabase(world, async (db, presentKey) => {
    const outcome = await wrapUnderNewMasterKey(db, presentKey, newKey)
    if (outcome === 'rotating') {
      throw new CommandFailed(EXIT.refused, 'a data key is being rotated: wait until sallyport seal status says idle')
    }
    if (outcome === 'overtaken') throw new CommandFailed(EXIT.refused, 'somebody else changed the data keys; try again')
  })
  world.out(
    'Both master keys open the database now. Put the new one where the servers read it (SALLYPORT_MASTER_KEY, or\n' +
      'master.key in the data directory), restart every server, and then say: sallyport seal finish\n',
  )
}

async function finish(world: World): Promise<void> {
  await onDatabase(world, async (db, presentKey) => {
    const outcome = await dropOtherMasterKeys(db, presentKey)
    if (outcome === 'overtaken') throw new CommandFailed(EXIT.refused, 'somebody else changed the data keys; try again')
  })
  world.out('The master key of the settings is the only one that opens the database.\n')
}

function masterKeyIn(text: string): Buffer {
  try {
    return parseMasterKey(text)
  } catch (error) {
    throw new CommandFailed(EXIT.usage, error instanceof Error ? error.message : 'no master key', { cause: error })
  }
}

/** Beside the servers, which may run. */
async function onDatabase(world: World, work: (db: Database, masterKey: Buffer) => Promise<void>): Promise<void> {
  const settings = world.settings()
  const engine = settings.databaseUrl.startsWith('sqlite:') ? 'sqlite' : 'postgres'
  // Before the database: in the wrong directory there is no key, and no database shall be made there.
  const { key } = masterKeyOf({ engine }, settings, true)
  const fatal: Error[] = []
  const db = await openDatabase({ url: settings.databaseUrl, onFatal: (error) => fatal.push(error) })
  try {
    await work(db, key)
  } finally {
    await db.close()
  }
  if (fatal[0]) throw fatal[0]
}
