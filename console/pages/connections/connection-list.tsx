/** What people and applications hold at one OAuth server, and what can be done with it. */
import { Modal } from '@mantine/core'
import { FileText, RefreshCw, RotateCcw, Snowflake, Unplug } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import {
  type Connection,
  disconnect,
  listConnections,
  refreshConnection,
  releaseConnections,
  replayAnswer,
} from '#contract/connection.ts'
import { useWrite } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { askFirst } from '../../parts/dialog/ask-first.tsx'
import { tellDone } from '../../parts/dialog/undo.tsx'
import type { RowAction } from '../../parts/list/action.ts'
import { List } from '../../parts/list/list.tsx'
import { tellNotice, tellProblem } from '../../parts/show/problem.tsx'
import { sentence } from '../../parts/show/text.ts'
import { connectionColumns, holderOf, stateWords } from './connection-columns.tsx'
import { StoredAnswers } from './stored-answers.tsx'

export const connectionNoun = { one: 'connection', many: 'connections' }

export function ConnectionList({ realm, slug }: { realm: string; slug: string }): ReactNode {
  const mayWrite = useMayWrite(realm)
  const [shown, setShown] = useState<Connection>()
  const asked = useDisconnect(realm, slug)
  const answers: RowAction<Connection> = { label: 'Stored answers', icon: FileText, run: setShown }
  const changes = useChanges(realm, slug)
  const actions = mayWrite ? [...changes, answers, ...asked.actions] : [answers]
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
        {...(mayWrite && { bulk: asked.bulk })}
        empty={{
          title: 'No connections yet',
          text: 'One is made when an application asks for its first token, or when a person authorizes.',
        }}
      />
      <Modal
        opened={shown !== undefined}
        onClose={() => setShown(undefined)}
        title="Stored answers"
        size="lg"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {shown && <StoredAnswers realm={realm} slug={slug} id={shown.id} />}
      </Modal>
    </>
  )
}

function useDisconnect(realm: string, slug: string) {
  const { mutateAsync } = useWrite(disconnect)
  return askFirst<Connection>({
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
    run: ({ id }) => mutateAsync({ params: { realm, slug, id }, body: undefined }),
  })
}

function useChanges(realm: string, slug: string): readonly RowAction<Connection>[] {
  const { mutateAsync: refresh } = useWrite(refreshConnection)
  const { mutateAsync: replay } = useWrite(replayAnswer)
  const { mutateAsync: release } = useWrite(releaseConnections)
  const at = ({ id }: Connection) => ({ params: { realm, slug, id }, body: undefined })
  return [
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
      label: 'Release',
      icon: Snowflake,
      isOffered: ({ frozen_at }) => frozen_at !== null,
      run: ({ id }) =>
        void release({ params: { realm }, body: { ids: [id] } })
          .then(() => tellDone('The connection goes on'))
          .catch(tellProblem),
    },
  ]
}

function tellStanding(connection: Connection, did: string): void {
  const { state, reason, detail } = connection
  if (state === 'ok') tellDone(`The connection of ${holderOf(connection)} ${did}`)
  else tellNotice(stateWords[state][1], sentence([reason, detail].filter((part) => part !== null).join(': ')))
}
