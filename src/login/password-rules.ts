/** What a password of a person must be (NIST SP 800-63B-4 §3.1.1.2): long enough and not a name; no rules of composition. */
import type { Client } from '#store/clients.ts'
import { fold } from '#store/fold.ts'
import type { Realm } from '#store/realms.ts'
import type { User } from '#store/users.ts'

export const shortestPassword = 8
/** Far above the 64 that have to be accepted, far below what costs anything to hash. */
const longestPassword = 1024

export type PasswordProblem = 'short' | 'long' | 'name'

/** What is wrong with a new password; undefined: nothing. Length is counted in characters, not in bytes. */
export function findPasswordProblem(
  password: string,
  about: {
    readonly user: Pick<User, 'username' | 'name' | 'email'>
    readonly realm: Pick<Realm, 'name' | 'display_name'>
    readonly client?: Pick<Client, 'client_id' | 'client_name'>
  },
): PasswordProblem | undefined {
  const { user, realm, client } = about
  const length = [...password].length
  if (length < shortestPassword) return 'short'
  if (length > longestPassword) return 'long'
  const names = [
    user.username,
    user.name,
    user.email,
    realm.name,
    realm.display_name,
    client?.client_id,
    client?.client_name,
  ]
  const folded = fold(password)
  return names.some((name) => typeof name === 'string' && fold(name) === folded) ? 'name' : undefined
}
