/**
 * `backup` and `restore` of the embedded database. A backup is one file and never holds the master key: whoever finds it
 * can read nothing that is sealed. With PostgreSQL its own tools do this.
 */
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import { StartRefused } from '#crypto/secret-file.ts'
import { copyDatabase, replaceDatabase, whoHolds } from '#store/backup.ts'
import { freezeConnections } from '#store/connection-changes.ts'
import { openDatabase } from '#store/database.ts'
import { readFact } from '#store/facts.ts'
import { openSeal } from '#store/master-key.ts'
import { pathOf } from '#store/sqlite-file.ts'
import { CommandFailed, EXIT } from './exit.ts'
import type { Settings, World } from './world.ts'

export function addBackupCommands(program: Command, world: World): void {
  program
    .command('backup')
    .description('write the embedded database into one new file, also while the server runs')
    .argument('<file>')
    .action((file: string) => backUp(world, resolve(file)))
  program
    .command('restore')
    .description('put a backup in the place of the embedded database; the server must not run')
    .argument('<file>')
    .option('--force', 'also where a database is: it is kept beside, under another name')
    .action((file: string, options: { force?: true }) => restore(world, resolve(file), options.force === true))
}

function backUp(world: World, file: string): void {
  const { databaseUrl } = world.settings()
  const source = embedded(databaseUrl, 'pg_dump --format=custom --file=FILE')
  copyDatabase(source, file)
  world.out(`${file} holds the database, and not the master key: keep that in another place.\n`)
}

async function restore(world: World, file: string, force: boolean): Promise<void> {
  const settings = world.settings()
  const target = embedded(settings.databaseUrl, 'pg_restore')
  if (existsSync(target) && !force) {
    throw new CommandFailed(
      EXIT.refused,
      `there is a database at ${target}: --force puts the backup in its place and keeps it beside`,
    )
  }
  if (existsSync(target) && whoHolds(target) === 'somebody') {
    throw new CommandFailed(EXIT.refused, `${target} is in use: stop the server first`)
  }
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
  const draft = `${target}.${randomUUID()}.restoring`
  try {
    copyDatabase(file, draft)
    const frozen = await prove(settings, draft, file)
    const aside = replaceDatabase(draft, target)
    if (aside !== undefined) world.out(`The database that was there: ${aside}\n`)
    world.out(
      `${target} is what ${file} was. What was revoked, deleted or spent since the backup is not: see docs/cli.md.\n`,
    )
    if (frozen > 0) {
      world.out(
        `${frozen === 1 ? '1 connection is' : `${frozen} connections are`} frozen until you release them: sallyport connections release --realm REALM\n`,
      )
    }
  } finally {
    for (const ending of ['', '-wal', '-shm']) rmSync(draft + ending, { force: true })
  }
}

/** Opens the copy as a start would: its migrations run, and the master key has to fit. Answers what it froze. */
async function prove(settings: Settings, draft: string, file: string): Promise<number> {
  const fatal: Error[] = []
  let frozen = 0
  const db = await openDatabase({ url: `sqlite:${draft}`, onFatal: (error) => fatal.push(error) })
  try {
    if ((await readFact(db.sql, 'data_keys')) === undefined) {
      throw new StartRefused(`${file} is a database on which no server was ever started: there is nothing to restore`)
    }
    await openSeal(db, settings)
    // Its refresh tokens may have been spent since: none is until somebody says that they were not.
    frozen = await freezeConnections(db.sql, Math.floor(Date.now() / 1000))
  } finally {
    await db.close()
  }
  if (fatal[0]) throw fatal[0]
  return frozen
}

function embedded(databaseUrl: string, instead: string): string {
  if (databaseUrl.startsWith('sqlite:')) return pathOf(databaseUrl)
  throw new CommandFailed(EXIT.usage, `the database is PostgreSQL: use its own tools, such as ${instead}`)
}
