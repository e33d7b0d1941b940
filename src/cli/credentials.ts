/**
 * Who the command line is. A secret comes from a file, from a variable or from standard input, never from an argument:
 * those are seen by everybody on the machine and stay in the shell's history (N154).
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSecretFile } from '#crypto/secret-file.ts'
import { CommandFailed, EXIT } from './exit.ts'
import type { World } from './world.ts'

const BOOTSTRAP = 'sallyport-bootstrap'

export interface SecretSource {
  /** A path, or `-` for standard input. */
  readonly secretFile?: string
  /** The name of a variable. */
  readonly secretEnv?: string
}

export interface Credentials {
  readonly clientId: string
  readonly clientSecret: string
}

/** The client that the options name, or the bootstrap client of this installation. */
export async function credentialsOf(
  world: World,
  options: SecretSource & { readonly clientId?: string },
): Promise<Credentials> {
  const given = await givenSecret(world, options)
  if (given !== undefined) return { clientId: options.clientId ?? BOOTSTRAP, clientSecret: given }
  if (options.clientId !== undefined && options.clientId !== BOOTSTRAP) {
    throw new CommandFailed(
      EXIT.usage,
      'the secret of this client is missing: --as-secret-file FILE (- is standard input) or --as-secret-env NAME',
    )
  }
  const { bootstrapClientSecret, dataDir } = world.settings()
  const path = join(dataDir, 'bootstrap.secret')
  const clientSecret = bootstrapClientSecret ?? readSecretFile(path)
  if (clientSecret !== undefined) return { clientId: BOOTSTRAP, clientSecret }
  throw new CommandFailed(
    EXIT.configuration,
    `there is no ${path}: run this where the server's data directory is (SALLYPORT_DATA_DIR), set ` +
      'SALLYPORT_BOOTSTRAP_CLIENT_SECRET, or name another client with --as-client and --as-secret-file',
  )
}

/** undefined: the options name no source. */
export async function givenSecret(world: World, options: SecretSource): Promise<string | undefined> {
  const { secretFile, secretEnv } = options
  if (secretFile !== undefined && secretEnv !== undefined) {
    throw new CommandFailed(EXIT.usage, 'a secret is named twice, as a file and as a variable: only one may be')
  }
  if (secretEnv !== undefined) {
    const secret = world.environment(secretEnv)
    if (secret) return secret
    throw new CommandFailed(EXIT.usage, `the variable ${secretEnv} is not set`)
  }
  return secretFile === undefined ? undefined : await secretIn(world, secretFile)
}

/** What the file, or for `-` standard input, holds: without the end of its line. */
export async function secretIn(world: World, file: string, what = 'Secret'): Promise<string> {
  const secret = (file === '-' ? await typedOrPiped(world, what) : readInput(file)).replace(/\r?\n$/, '')
  if (secret === '') throw new CommandFailed(EXIT.usage, `there is no secret in ${file === '-' ? 'the input' : file}`)
  if (file !== '-') readSecretFile(file)
  return secret
}

/** Who sits at a terminal is asked, and what they type is not shown. */
export function typedOrPiped(world: World, what: string): Promise<string> {
  return world.terminal?.hidden?.(`${what} (not shown): `) ?? world.input()
}

/** A file that the person named; its absence is a sentence. */
export function readInput(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new CommandFailed(EXIT.usage, `${file} cannot be read (${reason})`)
  }
}
