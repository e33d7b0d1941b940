/** What the audit names `client.add_secret`, in words: `Added a secret to the client`. The object's name follows. */
import { kindName } from './object-link.tsx'
import { capital } from './text.ts'

const verbs: Readonly<Record<string, string>> = {
  create: 'Created',
  update: 'Changed',
  delete: 'Deleted',
  enable: 'Enabled',
  disable: 'Disabled',
  restore: 'Restored',
  revert: 'Reverted',
  purge: 'Deleted for good',
  rotate: 'Rotated the keys of',
  apply: 'Applied a configuration to',
  connect: 'Connected',
  disconnect: 'Disconnected',
  add_secret: 'Added a secret to',
  remove_secret: 'Removed a secret of',
  revoke_tokens: 'Revoked the tokens of',
  revoke_grant: 'Revoked a grant of',
  end_sessions: 'Ended the sessions of',
  release_login: 'Let in again',
  set_key: 'Set the key of',
  set_password: 'Set the password of',
  update_with_password: 'Changed, with a new password,',
  withdraw_consent: 'Withdrew a consent of',
}

/** A deed without words of its own is told as it is named: `Release: connection`. */
export function deedOf(action: string, kind: string): string {
  const deed = action.slice(action.indexOf('.') + 1)
  const verb = verbs[deed]
  if (verb !== undefined) return `${verb} the ${kindName(kind)}`
  return `${capital(deed.replaceAll(/[_-]/g, ' '))}: ${kindName(kind)}`
}
