/** What happened at the doors, as it was noted there. */
import * as contract from '#contract/event.ts'
import { listEvents } from '#store/events.ts'
import { type Handled, handle, listQueryOf, totalsOf } from './call.ts'

export const eventHandlers: readonly Handled[] = [
  handle(contract.listEvents, async ({ context, realm, query }) => {
    await context.events.flush()
    const found = await listEvents(context.db, realm.id, listQueryOf(query))
    const { page, page_size } = query
    return { value: { items: [...found.items], ...totalsOf(found), page, page_size } }
  }),
]
