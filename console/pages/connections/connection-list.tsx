/** What people and applications hold, at one OAuth server or at all of a realm, and what can be done with it. */
import { Activity as ActivityIcon, FileText, KeyRound, RefreshCw, RotateCcw, Snowflake, Unplug } from 'lucide-react'
import { type ReactNode, useMemo, useState } from 'react'
import {
  type Connection,
  disconnect,
  listConnections,
  listRealmConnections,
  type RealmConnection,
  refreshConnection,
  releaseConnections,
  replayAnswer,
} from '#contract/connection.ts'
import { useWrite } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { askFirst } from '../../parts/dialog/ask-first.tsx'
import { Dialog } from '../../parts/dialog/dialog.tsx'
import { tellDone } from '../../parts/dialog/undo.tsx'
import type { BulkAction, RowAction } from '../../parts/list/action.ts'
import { List } from '../../parts/list/list.tsx'
import { tellNotice, tellProblem } from '../../parts/show/problem.tsx'
import { count, sentence } from '../../parts/show/text.ts'
import { authorize } from '../oauth-servers/authorize.ts'
import { Activity } from './activity.tsx'
import type { Named } from './connection-columns.tsx'
import { connectionColumns, holderOf, realmColumns, stateWords } from './connection-columns.tsx'
import { StoredAnswers } from './stored-answers.tsx'

export const connectionNoun = { one: 'connection', many: 'connections' }

const empty = {
  title: 'No connections yet',
  text: 'One is made when an application asks for its first token, or when a person authorizes.',
}

/** Of the one server. */
export function ConnectionList({ realm, slug }: { realm: string; slug: string }): ReactNode {
  const { actions, bulk, dialog } = useConnectionActions<Connection>(realm, () => slug)
  return (
    <>
      <List
        name="connections"
        noun={connectionNoun}
        operation={listConnections}
        params={{ realm, slug }}
        columns={connectionColumns}
        idOf={({ id }) => id}
        nameOf={holderOf}
        actions={actions}
        bulk={bulk}
        empty={empty}
      />
      {dialog}
    </>
  )
}

const serverOf = ({ server }: RealmConnection) => server

/** Of all `servers` of the realm: what the filter offers. */
export function RealmConnectionList({ realm, servers }: { realm: string; servers: readonly Named[] }): ReactNode {
  const { actions, bulk, dialog } = useConnectionActions<RealmConnection>(realm, serverOf)
  const columns = useMemo(() => realmColumns(realm, servers), [realm, servers])
  return (
    <>
      <List
        name="realm-connections"
        noun={connectionNoun}
        operation={listRealmConnections}
        params={{ realm }}
        columns={columns}
        idOf={({ id }) => id}
        nameOf={holderOf}
        actions={actions}
        bulk={bulk}
        empty={empty}
      />
      {dialog}
    </>
  )
}

const looks = {
  Activity: { icon: ActivityIcon, of: Activity },
  'Stored answers': { icon: FileText, of: StoredAnswers },
} as const

type SlugOf<C extends Connection> = (connection: C) => string

function useConnectionActions<C extends Connection>(realm: string, slugOf: SlugOf<C>) {
  const mayWrite = useMayWrite(realm)
  const [shown, setShown] = useState<{ readonly what: keyof typeof looks; readonly of: C }>()
  const asked = useDisconnect(realm, slugOf)
  const look = (what: keyof typeof looks): RowAction<C> => ({
    label: what,
    icon: looks[what].icon,
    run: (of) => setShown({ what, of }),
  })
  const changes = useChanges(realm, slugOf)
  const release = useRelease(realm)
  const looking = [look('Activity'), look('Stored answers')]
  const Shown = shown && looks[shown.what].of
  return {
    actions: mayWrite ? [...changes, ...looking, ...asked.actions] : looking,
    bulk: mayWrite ? [release, ...asked.bulk] : [],
    dialog: (
      <Dialog
        opened={shown !== undefined}
        onClose={() => setShown(undefined)}
        title={shown && (shown.what === 'Activity' ? `Activity of ${holderOf(shown.of)}` : shown.what)}
        size="lg"
      >
        {shown && Shown && <Shown realm={realm} slug={slugOf(shown.of)} id={shown.of.id} />}
      </Dialog>
    ),
  }
}

function useDisconnect<C extends Connection>(realm: string, slugOf: SlugOf<C>) {
  const { mutateAsync } = useWrite(disconnect)
  return askFirst<C>({
    noun: connectionNoun,
    label: 'Disconnect',
    did: 'ended',
    icon: Unplug,
    isDangerous: true,
    nameOf: (connection) => `the connection of ${holderOf(connection)}`,
    impact: ({ subject }) =>
      subject === 'application'
        ? 'Its tokens are revoked at the provider where it takes that, and forgotten. The next request fetches a new one.'
        : 'Its tokens are revoked at the provider where it takes that, and forgotten. The person has to connect again.',
    impactOfMany:
      'Their tokens are revoked at the provider where it takes that, and forgotten. People have to connect again.',
    run: (connection) =>
      mutateAsync({ params: { realm, slug: slugOf(connection), id: connection.id }, body: undefined }),
  })
}

function useChanges<C extends Connection>(realm: string, slugOf: SlugOf<C>): readonly RowAction<C>[] {
  const { mutateAsync: refresh } = useWrite(refreshConnection)
  const { mutateAsync: replay } = useWrite(replayAnswer)
  const release = useRelease(realm)
  const at = (connection: C) => ({
    params: { realm, slug: slugOf(connection), id: connection.id },
    body: undefined,
  })
  return [
    {
      label: 'Authorize again',
      icon: KeyRound,
      isOffered: ({ state, subject }) => state === 'needs_authorization' && subject === 'application',
      run: (connection) => void authorize(realm, slugOf(connection), layersOf(connection)).catch(tellProblem),
    },
    {
      label: 'Refresh now',
      icon: RefreshCw,
      run: (connection) =>
        void refresh(at(connection))
          .then(({ value }) => tellStanding(value, 'was refreshed'))
          .catch(tellProblem),
    },
    {
      label: 'Replay the stored answer',
      icon: RotateCcw,
      isOffered: ({ state }) => state !== 'ok',
      run: (connection) =>
        void replay(at(connection))
          .then(({ value }) => tellStanding(value, 'was read from the stored answer'))
          .catch(tellProblem),
    },
    {
      ...release,
      isOffered: ({ frozen_at }) => frozen_at !== null,
      run: (connection) => void release.run([connection]),
    },
  ]
}

/** Of one request. */
const mostReleased = 1000

/** After a restore all are frozen. Those that are not are passed over. */
function useRelease(realm: string): BulkAction<Connection> {
  const { mutateAsync } = useWrite(releaseConnections)
  const run = async (rows: readonly Connection[]): Promise<boolean> => {
    const ids = rows.map(({ id }) => id)
    let released = 0
    try {
      for (let from = 0; from < ids.length; from += mostReleased) {
        const body = { ids: ids.slice(from, from + mostReleased) }
        released += (await mutateAsync({ params: { realm }, body })).value.released
      }
    } catch (error) {
      tellProblem(error)
      return false
    }
    tellDone(`${count(released, connectionNoun)} released`)
    return true
  }
  return { label: 'Release', icon: Snowflake, run }
}

function layersOf({ environment, application }: Connection) {
  return { ...(environment !== null && { environment }), ...(application !== null && { application }) }
}

function tellStanding(connection: Connection, did: string): void {
  const { state, reason, detail } = connection
  if (state === 'ok') tellDone(`The connection of ${holderOf(connection)} ${did}`)
  else tellNotice(stateWords[state][1], sentence([reason, detail].filter((part) => part !== null).join(': ')))
}
