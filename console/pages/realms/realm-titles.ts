/** The fields of a realm: what they are called, and what they begin with. */
import { type Realm, realmPatch } from '#contract/realm.ts'
import type { Values } from '../../parts/form/contract-form.ts'

export const realmTitles = {
  name: 'Name',
  display_name: 'Display name',
  enabled: 'Enabled',
  key: 'KEY',
  token_validity: 'Token validity time',
  id_token_seconds: 'ID token: valid for',
  refresh_idle_seconds: 'Refresh token: unused for',
  refresh_absolute_seconds: 'Refresh token: at most',
  refresh_replay_seconds: 'Lost refresh answer: again within',
  session_idle_seconds: 'Session: unused for',
  session_absolute_seconds: 'Session: at most',
  allow_password_grant: 'Allow the password grant',
  facades: 'Older shapes',
  strict_reauthorization: 'Every change of an OAuth server needs a new authorization',
  colour: 'Colour',
  logo_uri: 'Logo',
} as const

/** What a merge patch may change, but for the KEY, which is never read. */
export function valuesOf(realm: Realm): Values {
  return Object.fromEntries(Object.entries(realm).filter(([field]) => field in realmPatch.shape))
}

/** What the form of a new realm proposes. */
export const emptyRealm: Values = {
  name: '',
  display_name: '',
  enabled: true,
  key: null,
  token_validity: 43_200,
  id_token_seconds: 3600,
  refresh_idle_seconds: 2_592_000,
  refresh_absolute_seconds: 31_536_000,
  refresh_replay_seconds: 10,
  session_idle_seconds: 43_200,
  session_absolute_seconds: 2_592_000,
  allow_password_grant: false,
  facades: [],
  strict_reauthorization: false,
  colour: null,
  logo_uri: null,
}
