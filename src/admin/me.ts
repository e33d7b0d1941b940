/** Who is calling, as the gate knows them. */
import * as contract from '#contract/me.ts'
import { listRealms } from '#store/realms.ts'
import { type Handled, handle } from './call.ts'
import { visibleRealms } from './gate.ts'

export const meHandlers: readonly Handled[] = [
  handle(contract.readMe, async ({ context, administrator }) => {
    const { kind, id, name, roles, csrfToken = null, expiresAt } = administrator
    const visible = visibleRealms(administrator)
    const realms = (await listRealms(context.db)).map((realm) => realm.name)
    const seen = visible === undefined ? realms : realms.filter((realm) => visible.includes(realm))
    return {
      value: {
        kind,
        id,
        name,
        roles: [...roles],
        csrf_token: csrfToken,
        expires_at: expiresAt,
        realms: seen.toSorted(),
      },
    }
  }),
]
