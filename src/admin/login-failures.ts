/** What failed logins cost a user, and releasing them from it. */
import * as contract from '#contract/login-failures.ts'
import { userKey } from '#login/throttle.ts'
import { nowSeconds } from '#observe/clock.ts'
import { findFailures, releaseUser } from '#store/login-failures.ts'
import { type Handled, handle } from './call.ts'
import { userOfPath } from './users.ts'

export const loginFailureHandlers: readonly Handled[] = [
  handle(contract.readLoginFailures, async ({ context, realm, params }) => {
    const user = await userOfPath(context, realm, params.id)
    const counted = await findFailures(context.db, userKey(realm.id, user.id))
    if (!counted) return { value: { failures: 0, first_at: null, last_at: null, retry_at: null } }
    const { retry_at, ...rest } = counted
    return { value: { ...rest, retry_at: retry_at > nowSeconds() ? retry_at : null } }
  }),

  handle(contract.releaseLogin, async ({ context, actor, realm, params }) => {
    const user = await userOfPath(context, realm, params.id)
    await releaseUser(context.db, actor, user, userKey(realm.id, user.id))
    return { value: undefined }
  }),
]
