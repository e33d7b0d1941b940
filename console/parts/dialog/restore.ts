/** The way back from the recycle bin, offered after a delete. */
import { type DeletedObject, listDeleted, restoreDeleted } from '#contract/deleted.ts'
import { call, queryClient } from '../api/call.ts'
import { Gone, tellNotice } from '../show/problem.tsx'
import { offerUndo } from './undo.tsx'

interface Deleted {
  readonly realm: string
  readonly kind: DeletedObject['kind']
  /** Their names, as the recycle bin has them. */
  readonly names: readonly string[]
  /** `Its secrets and tokens stay dead.` */
  readonly staysDead: string
  /** What else has to be known again when it is back. */
  readonly onRestored?: () => Promise<unknown>
}

/** The others can do again what they could. */
const canBeDisabled: ReadonlySet<string> = new Set(['client', 'user', 'realm', 'oauth_server'])

/** They come back one by one: of more the message would be gone for long before the last is back. */
const mostUndone = 500

/** Says what was deleted; Undo restores it, and says what does not come back. */
export function offerRestore({ realm, kind, names, staysDead, onRestored }: Deleted): void {
  const [only = ''] = names
  if (names.length > mostUndone) {
    tellNotice(`${names.length.toLocaleString('en')} were deleted`, 'The recycle bin has them for 30 days.')
    return
  }
  offerUndo({
    message: names.length === 1 ? `${only} was deleted` : `${names.length} were deleted`,
    note: `${names.length === 1 ? `${only} is` : 'They are'} back${canBeDisabled.has(kind) ? ', disabled' : ''}. ${staysDead}`,
    undo: async () => {
      for (const name of names) await restore(realm, kind, name)
      await onRestored?.()
      await queryClient.invalidateQueries()
    },
  })
}

/** The newest of that name: an older one may lie there too. */
async function restore(realm: string, kind: DeletedObject['kind'], name: string): Promise<void> {
  const query = { kind, name, sort: '-deleted_at', page_size: 100 } as const
  const { value } = await call(listDeleted, { params: { realm }, query, body: undefined })
  const found = value.items.find((item) => item.kind === kind && item.name === name)
  if (found === undefined) throw new Gone(`${name} is not in the recycle bin: it was restored, or deleted for good`)
  await call(restoreDeleted, { params: { realm, id: found.id }, query: {}, body: undefined })
}
