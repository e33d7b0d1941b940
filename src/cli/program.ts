/**
 * The command line. Owns: which commands there are, what goes to which stream, how a command ends. Every operation of
 * the management API is one (`call.ts`) and goes through the API like everybody else's; only `start`, `doctor`, `backup`,
 * `restore` and `seal` touch the database. Does not own: any rule about realms, clients or tokens. Reads no environment: what a
 * command needs of the process comes as its `World`.
 */
import { Command, CommanderError } from 'commander'
import { addBackupCommands } from './backup.ts'
import { addOperationCommands } from './call.ts'
import { addConfigurationCommands } from './configuration.ts'
import { addDoctorCommand } from './doctor.ts'
import { EXIT, sentenceOf } from './exit.ts'
import { addInstanceCommands } from './instance.ts'
import { addLoginCommands } from './login.ts'
import { addSealCommands } from './seal.ts'
import { addTokenCommand } from './token.ts'
import type { World } from './world.ts'

/** Answers the exit code. A fault is thrown. `args`: without the program's name. */
export async function runCommand(args: readonly string[], world: World): Promise<number> {
  const program = new Command('sallyport')
    .description('OAuth 2.0 and OpenID Connect platform. Without a command the server starts.')
    .exitOverride()
    .configureOutput({ writeOut: (text) => world.out(text), writeErr: (text) => world.err(text) })
    .showHelpAfterError('(add --help for what it takes)')
  program
    .command('start')
    .description('start the server; settings come from the environment')
    .action(() => world.start())
  addLoginCommands(program, world)
  addTokenCommand(program, world)
  addBackupCommands(program, world)
  addInstanceCommands(program, world)
  addDoctorCommand(program, world)
  addConfigurationCommands(program, world)
  addSealCommands(program, world)
  addOperationCommands(program, world)
  try {
    await program.parseAsync(args, { from: 'user' })
    return EXIT.ok
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    const failed = sentenceOf(error)
    if (failed === undefined) throw error
    world.err(`sallyport: ${failed.message}\n`)
    return failed.exitCode
  }
}
