/** After a save: the settings are kept, and whether a token came with them. */
import type { OAuthServer } from '#contract/oauth-server.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import { tellNotice } from '../../parts/show/problem.tsx'
import { sentence } from '../../parts/show/text.ts'

export function tellSaved({ name, status, last_error }: OAuthServer): void {
  if (last_error && status !== 'needs_authorization' && status !== 'disabled') {
    tellNotice(
      `${name} is saved, but gave no token`,
      `${sentence(last_error.description)} ${sentence(last_error.advice)}`,
    )
  } else if (status === 'ok') tellDone(`${name} is saved, and a token came`)
  else if (status === 'needs_authorization') tellDone(`${name} is saved; it has to be authorized`)
  else tellDone(`${name} is saved`)
}
