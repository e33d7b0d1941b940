/**
 * Who has logged in from this account of the machine, one for each issuer: a file in the user's configuration directory
 * that only its owner reads (N154). It is always replaced whole, so that two commands at once leave one of their answers
 * and never half of both.
 */
import { isAbsolute, join } from 'node:path'
import { z } from 'zod'
import { readSecretFile, removeSecretFile, replaceSecretFile } from '#crypto/secret-file.ts'
import { CommandFailed, EXIT } from './exit.ts'
import { parsed } from './token-request.ts'
import type { World } from './world.ts'

const savedLogin = z.object({
  client_id: z.string(),
  scope: z.string(),
  access_token: z.string(),
  /** Epoch seconds. */
  expires_at: z.number(),
  refresh_token: z.string().optional(),
  token_endpoint: z.string(),
  revocation_endpoint: z.string().optional(),
  userinfo_endpoint: z.string().optional(),
})
export type SavedLogin = z.infer<typeof savedLogin>

const file = z.object({ logins: z.record(z.string(), savedLogin) })
type Logins = z.infer<typeof file>['logins']

export function findLogin(world: World, issuer: string): SavedLogin | undefined {
  const path = pathOf(world)
  return path === undefined ? undefined : readAll(path)[issuer]
}

export function saveLogin(world: World, issuer: string, login: SavedLogin): void {
  const path = pathOf(world)
  if (path === undefined) {
    throw new CommandFailed(
      EXIT.configuration,
      'neither XDG_CONFIG_HOME nor HOME is set: there is no place for a login',
    )
  }
  write(path, { ...readAll(path), [issuer]: login })
}

export function forgetLogin(world: World, issuer: string): void {
  const path = pathOf(world)
  if (path === undefined) return
  const { [issuer]: _forgotten, ...others } = readAll(path)
  if (Object.keys(others).length === 0) removeSecretFile(path)
  else write(path, others)
}

/** XDG Base Directory Specification: a relative path there is to be ignored. */
function pathOf(world: World): string | undefined {
  const named = world.environment('XDG_CONFIG_HOME')
  if (named && isAbsolute(named)) return join(named, 'sallyport', 'credentials.json')
  const home = world.environment('HOME') || world.environment('USERPROFILE')
  return home ? join(home, '.config', 'sallyport', 'credentials.json') : undefined
}

function readAll(path: string): Logins {
  const text = readSecretFile(path)
  if (text === undefined) return {}
  const read = file.safeParse(parsed(text))
  if (read.success) return read.data.logins
  throw new CommandFailed(EXIT.configuration, `${path} holds no logins: delete it and log in again`)
}

function write(path: string, logins: Logins): void {
  replaceSecretFile(path, JSON.stringify({ logins }, undefined, 2))
}
