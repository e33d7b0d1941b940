/**
 * What was done to one object, the newest first: who, from where, and what it changed, field by field; and the way back
 * to a version. The same for every noun: `clientHistory` and its like of the contract say which.
 */
import { Button, Text } from '@mantine/core'
import { History as HistoryIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import type { z } from 'zod'
import type { HistoryEntry } from '#contract/history.ts'
import type { Input, Operation } from '#contract/operation.ts'
import { useWrite } from '../api/call.ts'
import { confirm } from '../dialog/confirm.ts'
import { tellDone } from '../dialog/undo.tsx'
import type { RowOf } from '../list/column.ts'
import { Foot } from '../list/foot.tsx'
import { useListData } from '../list/list-data.ts'
import { useListState } from '../list/list-state.ts'
import { Difference, differences } from './difference.tsx'
import { Empty } from './empty.tsx'
import styles from './history.module.css'
import { ProblemAlert } from './problem.tsx'
import { capital } from './text.ts'
import { Time } from './time.tsx'

type Document = Readonly<Record<string, unknown>>

interface HistoryProps<S extends Operation, R extends Operation> {
  readonly show: S
  readonly revert: R
  readonly params: Input<S>['params']
  /** The object as it is now; undefined while that is being read. */
  readonly current: Document | undefined
  readonly isReadOnly: boolean
  /** What going back does not bring back: `Secrets and keys stay as they are.` */
  readonly staysSame: string
  readonly onReverted?: (object: z.output<R['answer']>) => void
}

const versionNoun = { one: 'change', many: 'changes' }

export function History<S extends Operation, R extends Operation>(props: HistoryProps<S, R>): ReactNode {
  const { show, params, current } = props
  const state = useListState(show)
  const data = useListData(show, params, state.query, state)
  const goBack = useGoBack(props)
  const entries = (data.rows as readonly (RowOf<S> | undefined)[]).filter((one) => one !== undefined)
  if (data.error !== null) return <ProblemAlert error={data.error} onRetry={() => void data.refresh()} />
  if (!data.isLoading && entries.length === 0) {
    return <Empty title="No changes yet" text="What is changed here is noted, with who did it and what was before." />
  }
  return (
    <>
      <ol className={styles.versions}>
        {(entries as unknown as readonly HistoryEntry[]).map((entry) => (
          <Version
            key={entry.version}
            entry={entry}
            onRevert={!props.isReadOnly && isOther(entry, current) ? () => goBack(entry) : undefined}
          />
        ))}
      </ol>
      <div className={styles.foot}>
        <Foot
          state={state}
          total={data.total}
          isLowerBound={data.isLowerBound}
          isLoading={data.isLoading}
          noun={versionNoun}
        />
      </div>
    </>
  )
}

function Version({ entry, onRevert }: { entry: HistoryEntry; onRevert: (() => void) | undefined }): ReactNode {
  const { action, at_ms, actor_kind, actor_name, address, request_id, before, after, reverted_to } = entry
  const changed = differences(before, after)
  return (
    <li>
      <div className={styles.head}>
        <h2>{reverted_to === null ? actionName(action) : 'Reverted to an earlier version'}</h2>
        {onRevert && (
          <Button variant="default" leftSection={<HistoryIcon size={14} aria-hidden />} onClick={onRevert}>
            Revert to this
          </Button>
        )}
      </div>
      <p className={styles.who}>
        <Time at={Math.floor(at_ms / 1000)} show="both" /> · {actor_kind}{' '}
        <strong>
          <bdi>{actor_name}</bdi>
        </strong>
        {address === '' ? '' : ` from ${address}`} · request <code>{request_id}</code>
      </p>
      <Difference of={changed} {...(isOfSecret(action) && { none: 'What is secret is noted nowhere.' })} />
    </li>
  )
}

/** `realm.set_key`, `client.add_secret`, `user.set_password`: what changed is no field. */
function isOfSecret(action: string): boolean {
  return /_(?:key|secret|password)$/.test(action)
}

/** `client.revoke_tokens` → `Revoke tokens`. */
function actionName(action: string): string {
  const [, verb = action] = action.split('.')
  return capital(verb.replaceAll('_', ' '))
}

const whole: ReadonlySet<string> = new Set(['create', 'update', 'update_with_password', 'restore', 'revert'])

/** Whether it is a version of the whole object, and another than what is there now. */
function isOther({ action, after }: HistoryEntry, current: Document | undefined): boolean {
  const [, verb = ''] = action.split('.')
  return whole.has(verb) && after !== null && current !== undefined && differing(current, after).length > 0
}

/** The fields of the version that are otherwise now. */
function differing(current: Document, after: Document) {
  const now = Object.fromEntries(Object.keys(after).map((field) => [field, current[field]]))
  return differences(now, after)
}

function useGoBack<S extends Operation, R extends Operation>(of: HistoryProps<S, R>): (entry: HistoryEntry) => void {
  const { revert, params, current, staysSame, onReverted } = of
  const { mutateAsync } = useWrite(revert)
  return ({ version, after }) => {
    void confirm({
      title: 'Revert to this version?',
      body: (
        <>
          <Text size="sm" mb="sm">
            It is changed as below, and this is noted as a change of its own. {staysSame}
          </Text>
          <Difference of={differing(current ?? {}, after ?? {})} />
        </>
      ),
      confirm: 'Revert',
      run: async () => {
        const input = { params: { ...(params as object), version }, body: undefined }
        const { value } = await mutateAsync(input as never)
        tellDone('Reverted')
        onReverted?.(value)
      },
    })
  }
}
