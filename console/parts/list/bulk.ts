/** The same for many: in as many requests as it takes, one after the other, and what came of each is told. */
import { notifications } from '@mantine/notifications'
import type { BulkResults, bulkClients, bulkRoles } from '#contract/bulk.ts'
import type { Input } from '#contract/operation.ts'
import { call, queryClient } from '../api/call.ts'
import { tellDone } from '../dialog/undo.tsx'
import { tellNotice, told } from '../show/problem.tsx'
import { count, type Noun } from '../show/text.ts'

/** Fewer than a request may name: each is a change of its own, and no answer should take long. */
const manyAtOnce = 250

/** Some can be switched off and on, others only deleted. */
type BulkOperation = typeof bulkClients | typeof bulkRoles

/**
 * Each has a result of its own. Where a request fails no other is sent: what was done before it is told, and the rest
 * counts as refused.
 */
export async function runBulk<O extends BulkOperation>(
  operation: O,
  realm: string,
  action: Input<O>['body']['action'],
  ids: readonly string[],
): Promise<BulkResults> {
  const results: BulkResults['results'] = []
  const progress = ids.length > manyAtOnce ? showProgress(ids.length) : undefined
  try {
    for (let at = 0; at < ids.length; at += manyAtOnce) {
      const input = { params: { realm }, query: {}, body: { action, ids: ids.slice(at, at + manyAtOnce) } } as Input<O>
      results.push(...((await call(operation, input)).value as BulkResults).results)
      progress?.show(results.length)
    }
  } catch (error) {
    if (results.length === 0) throw error
    const reason = told(error).text
    results.push(...ids.slice(results.length).map((id) => ({ id, status: 'refused' as const, reason })))
  } finally {
    progress?.end()
    // What is not on the screen is forgotten: a form must not begin with what was before.
    queryClient.removeQueries({ type: 'inactive' })
    void queryClient.invalidateQueries()
  }
  return { results }
}

function showProgress(all: number) {
  const message = (done: number) => `${done.toLocaleString('en')} of ${all.toLocaleString('en')} …`
  const id = notifications.show({ loading: true, autoClose: false, withCloseButton: false, message: message(0) })
  return {
    show: (done: number) => void notifications.update({ id, message: message(done) }),
    end: () => void notifications.hide(id),
  }
}

/** Tells what was done and what was refused, and why; the ids of what was done. */
export function tellResults({ results }: BulkResults, noun: Noun, did: string): readonly string[] {
  const done = results.filter(({ status }) => status === 'done')
  const refused = results.filter(({ status }) => status === 'refused')
  if (done.length > 0) tellDone(`${count(done.length, noun)} ${did}`)
  if (refused.length > 0) {
    const some = refused.slice(0, 5).map(({ id, reason }) => `${id}: ${reason ?? 'refused'}`)
    const more = refused.length > some.length ? [`and ${refused.length - some.length} more`] : []
    tellNotice(`${count(refused.length, noun)} not ${did}`, [...some, ...more].join('; '))
  }
  return done.map(({ id }) => id)
}
