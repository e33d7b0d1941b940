/** What an administrator does with users. */
import { Ban, CircleCheck, Trash2 } from 'lucide-react'
import { useMemo } from 'react'
import { bulkUsers } from '#contract/bulk.ts'
import { deleteUser, type User, updateUser } from '#contract/user.ts'
import { useWrite } from '../../parts/api/call.ts'
import { useMe } from '../../parts/api/rights.ts'
import { askToDelete, bulkDeletion } from '../../parts/dialog/deleting.tsx'
import { tellDone } from '../../parts/dialog/undo.tsx'
import type { BulkAction, RowAction } from '../../parts/list/action.ts'
import { runBulk, tellResults } from '../../parts/list/bulk.ts'
import { tellProblem } from '../../parts/show/problem.tsx'

export const userNoun = { one: 'user', many: 'users' }
const bin = { kind: 'user', staysDead: 'A new password has to be set.' } as const

export interface UserChange {
  readonly enable: (user: User, enabled: boolean) => Promise<void>
  /** True when they are gone. */
  readonly remove: (user: User) => Promise<boolean>
  /** Nobody takes the right from themselves: nobody might be left who has it. */
  readonly isMe: (user: User) => boolean
}

export function useUserChange(realm: string): UserChange {
  const me = useMe()
  const { mutateAsync: update } = useWrite(updateUser)
  const { mutateAsync: remove } = useWrite(deleteUser)
  return useMemo(() => {
    const enable = async ({ id, username }: User, enabled: boolean) => {
      await update({ params: { realm, id }, body: { enabled } })
      tellDone(`${username} is ${enabled ? 'enabled' : 'disabled'}`)
    }
    return {
      enable,
      remove: (user) =>
        askToDelete({
          ...bin,
          realm,
          name: user.username,
          impact: 'Sessions end and tokens are dead at once; applications know this person no longer.',
          instead: user.enabled ? { label: 'Disable instead', run: () => enable(user, false) } : undefined,
          run: () => remove({ params: { realm, id: user.id }, body: undefined }),
        }),
      isMe: ({ id }) => me.kind === 'user' && me.id === id,
    }
  }, [me, realm, update, remove])
}

/** One at a time. */
export function useUserActions(realm: string): readonly RowAction<User>[] {
  const { enable, remove, isMe } = useUserChange(realm)
  return [
    {
      label: 'Enable',
      icon: CircleCheck,
      isOffered: ({ enabled }) => !enabled,
      run: (user) => void enable(user, true).catch(tellProblem),
    },
    {
      label: 'Disable',
      icon: Ban,
      isOffered: (user) => user.enabled && !isMe(user),
      run: (user) => void enable(user, false).catch(tellProblem),
    },
    {
      label: 'Delete',
      icon: Trash2,
      isDangerous: true,
      key: 'Delete',
      isOffered: (user) => !isMe(user),
      run: (user) => void remove(user),
    },
  ]
}

/** With many. */
export function useUserBulk(realm: string): readonly BulkAction<User>[] {
  return useMemo(() => {
    const send = (action: 'enable' | 'disable' | 'delete', ids: readonly string[]) =>
      runBulk(bulkUsers, realm, action, ids)
    const now = (action: 'enable' | 'disable', did: string) => async (rows: readonly User[]) => {
      await send(action, rows.map(idOf)).then((results) => tellResults(results, userNoun, did), tellProblem)
      return true
    }
    return [
      { label: 'Enable', icon: CircleCheck, run: now('enable', 'enabled') },
      { label: 'Disable', icon: Ban, run: now('disable', 'disabled') },
      bulkDeletion<User>({
        ...bin,
        realm,
        noun: userNoun,
        idOf,
        nameOf: ({ username }) => username,
        impact: 'Their sessions end, and their tokens are dead at once.',
        run: (ids) => send('delete', ids),
      }),
    ]
  }, [realm])
}

function idOf({ id }: User): string {
  return id
}
