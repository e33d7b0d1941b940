/** What came of doing the same with many: each has a result of its own. */
import type { BulkResults } from '#contract/bulk.ts'
import { tellDone } from '../dialog/undo.tsx'
import { tellNotice } from '../show/problem.tsx'
import { count, type Noun } from '../show/text.ts'

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
