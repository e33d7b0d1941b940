/** Who still comes by the older shapes. */
import * as contract from '#contract/legacy-use.ts'
import { listLegacyUses } from '#store/legacy-uses.ts'
import { type Handled, handle, listQueryOf } from './call.ts'

export const legacyUseHandlers: readonly Handled[] = [
  handle(contract.listLegacyUses, async ({ context, realm, query }) => {
    await context.legacyUses.flush()
    const found = await listLegacyUses(context.db, realm.id, listQueryOf(query))
    return { value: { items: [...found.items], total: found.total, page: query.page, page_size: query.page_size } }
  }),
]
