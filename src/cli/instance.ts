/** `instance adopt`: says that this database is the real one, where a copy or a restored backup would spend nothing. */
import type { Command } from 'commander'
import { openDatabase } from '#store/database.ts'
import { adoptInstance } from '#store/instance.ts'
import type { World } from './world.ts'

export function addInstanceCommands(program: Command, world: World): void {
  program
    .command('instance')
    .description('which installation this is, to connections at other servers')
    .command('adopt')
    .description('this database is the real one: it may spend refresh tokens, and every copy of it may not')
    .action(() => adopt(world))
}

async function adopt(world: World): Promise<void> {
  const { databaseUrl, dataDir, publicUrl } = world.settings()
  const fatal: Error[] = []
  const db = await openDatabase({ url: databaseUrl, onFatal: (error) => fatal.push(error) })
  try {
    await adoptInstance(db, { dataDir, publicUrl })
  } finally {
    await db.close()
  }
  if (fatal[0]) throw fatal[0]
  world.out('This is the real instance now. A server that runs notices it within seconds.\n')
}
