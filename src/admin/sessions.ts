/** Sessions of a user: shown and ended. */
import * as contract from '#contract/session.ts'
import { endUserSessions, listUserSessions } from '#store/session-changes.ts'
import { type Handled, handle, wholePage } from './call.ts'
import { notFound } from './problem.ts'
import { userOfPath } from './users.ts'

export const sessionHandlers: readonly Handled[] = [
  handle(contract.listSessions, async ({ context, realm, params }) => {
    const user = await userOfPath(context, realm, params.id)
    const sessions = await listUserSessions(context.db, user.id)
    return { value: wholePage(sessions.map((session) => ({ ...session, amr: [...session.amr] }))) }
  }),

  handle(contract.endSessions, async ({ context, actor, realm, params }) => {
    await endUserSessions(context.db, actor, await userOfPath(context, realm, params.id))
    return { value: undefined }
  }),

  handle(contract.endSession, async ({ context, actor, realm, params }) => {
    const user = await userOfPath(context, realm, params.id)
    if ((await endUserSessions(context.db, actor, user, params.session_id)) === 0) throw notFound('session')
    return { value: undefined }
  }),
]
