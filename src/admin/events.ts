/** What happened at the doors, as it was noted there. */
import * as contract from '#contract/event.ts'
import { listEvents } from '#store/events.ts'
import { type Handled, handle, listQueryOf } from './call.ts'

export const eventHandlers: readonly Handled[] = [
  handle(contract.listEvents, async ({ context, realm, query }) => {
    await context.events.flush()
    const found = await listEvents(context.db, realm.id, listQueryOf(query))
    return { value: { items: [...found.items], total: found.total, page: query.page, page_size: query.page_size } }
  }),
]
