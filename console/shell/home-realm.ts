import { currentState } from '../parts/api/session.ts'
import { readPreference } from '../parts/person/preferences.ts'

/** Where the person was last, else the realm for applications, else the first of theirs. */
export function homeRealm(): string {
  const { realms } = currentState().me
  const wished = [readPreference('realm'), 'default'].find((name) => name !== null && realms.includes(name))
  return wished ?? realms[0] ?? 'default'
}
