/** What an administrator does with OAuth servers, from the list and from the page of one. */
import { useNavigate } from '@tanstack/react-router'
import { Ban, CircleCheck, Copy, KeyRound, PlugZap, Trash2 } from 'lucide-react'
import { type ReactNode, useMemo, useState } from 'react'
import { bulkOAuthServers } from '#contract/bulk.ts'
import { deleteOAuthServer, enableOAuthServer, type OAuthServer } from '#contract/oauth-server.ts'
import { testOAuthServer } from '#contract/oauth-server-trial.ts'
import { useWrite } from '../../parts/api/call.ts'
import { askToDelete, bulkDeletion } from '../../parts/dialog/deleting.tsx'
import { tellDone } from '../../parts/dialog/undo.tsx'
import type { BulkAction, RowAction } from '../../parts/list/action.ts'
import { runBulk, tellResults } from '../../parts/list/bulk.ts'
import { tellProblem } from '../../parts/show/problem.tsx'
import { authorize } from './authorize.ts'
import { DisableDialog, DuplicateDialog } from './server-dialogs.tsx'
import { Impact } from './server-impact.tsx'
import { tellTrial } from './tell-trial.ts'

export const serverNoun = { one: 'OAuth server', many: 'OAuth servers' }
const bin = { kind: 'oauth_server', staysDead: 'Its secrets and connections are gone: set the secrets again.' } as const

interface ServerActions {
  readonly actions: readonly RowAction<OAuthServer>[]
  /** Has to stand on the page. */
  readonly dialogs: ReactNode
}

/** One at a time. `onDeleted`: for the page of the server itself, which is not there any more. */
export function useServerActions(realm: string, onDeleted?: () => void): ServerActions {
  const navigate = useNavigate()
  const { mutateAsync: enable } = useWrite(enableOAuthServer)
  const { mutateAsync: test } = useWrite(testOAuthServer)
  const { mutateAsync: remove } = useWrite(deleteOAuthServer)
  const [asked, setAsked] = useState<{ readonly what: 'disable' | 'duplicate'; readonly server: OAuthServer }>()
  const close = () => setAsked(undefined)
  const actions = useMemo((): readonly RowAction<OAuthServer>[] => {
    const at = ({ slug }: OAuthServer) => ({ params: { realm, slug }, body: undefined })
    const ask = async (server: OAuthServer) => {
      const isDone = await askToDelete({
        ...bin,
        realm,
        // As the recycle bin calls it.
        name: server.slug,
        impact: <Impact realm={realm} of={server} />,
        ...(server.disabled_at === null && {
          instead: { label: 'Disable instead', run: async () => setAsked({ what: 'disable', server }) },
        }),
        run: () => remove(at(server)),
      })
      if (isDone) onDeleted?.()
    }
    const tryNow = async (server: OAuthServer) => tellTrial((await test(at(server))).value, server.name)
    const enableNow = async (server: OAuthServer) => {
      await enable(at(server))
      tellDone(`${server.name} is enabled`)
    }
    return [
      {
        label: 'Authorize',
        icon: KeyRound,
        isOffered: ({ grant_type, disabled_at }) => grant_type === 'authorization_code' && disabled_at === null,
        run: ({ slug }) => void authorize(realm, slug).catch(tellProblem),
      },
      { label: 'Test', icon: PlugZap, run: (server) => void tryNow(server).catch(tellProblem) },
      {
        label: 'Re-enable',
        icon: CircleCheck,
        isOffered: ({ disabled_at }) => disabled_at !== null,
        run: (server) => void enableNow(server).catch(tellProblem),
      },
      {
        label: 'Disable',
        icon: Ban,
        isOffered: ({ disabled_at }) => disabled_at === null,
        run: (server) => setAsked({ what: 'disable', server }),
      },
      { label: 'Duplicate', icon: Copy, run: (server) => setAsked({ what: 'duplicate', server }) },
      { label: 'Delete', icon: Trash2, isDangerous: true, key: 'Delete', run: (server) => void ask(server) },
    ]
  }, [realm, enable, test, remove, onDeleted])
  return {
    actions,
    dialogs: asked && (
      <>
        {asked.what === 'disable' && <DisableDialog realm={realm} server={asked.server} onClose={close} />}
        {asked.what === 'duplicate' && (
          <DuplicateDialog
            realm={realm}
            server={asked.server}
            onClose={close}
            onDone={({ slug }) => void navigate({ to: '/realms/$realm/oauth-servers/$slug', params: { realm, slug } })}
          />
        )}
      </>
    ),
  }
}

/** With many. */
export function useServerBulk(realm: string): readonly BulkAction<OAuthServer>[] {
  return useMemo(() => {
    const run = (action: 'enable' | 'disable' | 'delete', ids: readonly string[]) =>
      runBulk(bulkOAuthServers, realm, action, ids)
    const now = (action: 'enable' | 'disable', did: string) => async (rows: readonly OAuthServer[]) => {
      await run(action, rows.map(slugOf))
        .then((results) => tellResults(results, serverNoun, did))
        .catch(tellProblem)
      return true
    }
    return [
      { label: 'Enable', icon: CircleCheck, run: now('enable', 'enabled') },
      { label: 'Disable', icon: Ban, run: now('disable', 'disabled') },
      bulkDeletion<OAuthServer>({
        ...bin,
        realm,
        noun: serverNoun,
        idOf: slugOf,
        nameOf: slugOf,
        impact: 'Their connections are revoked, and connectors that use them stop.',
        run: (ids) => run('delete', ids),
      }),
    ]
  }, [realm])
}

function slugOf({ slug }: OAuthServer): string {
  return slug
}
