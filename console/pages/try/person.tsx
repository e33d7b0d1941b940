/** What somebody has to do elsewhere before the flow goes on. */
import '@mantine/core/styles/Anchor.css'
import { Anchor, Loader } from '@mantine/core'
import type { ReactNode } from 'react'
import { CopyText } from '../../parts/show/snippet.tsx'
import type { PersonTask } from './flows.ts'
import styles from './try.module.css'

export function Person({ task }: { task: PersonTask }): ReactNode {
  return (
    <div className={styles.person} role="status">
      <Loader size={16} aria-hidden />
      {task.kind === 'window' ? (
        <p>Waiting for somebody to sign in, in the window that was opened.</p>
      ) : (
        <div>
          <p>
            Open{' '}
            <Anchor href={task.completeUri} target="_blank" rel="noreferrer" inherit underline="always">
              {task.uri}
            </Anchor>{' '}
            and type
          </p>
          <p className={styles.userCode}>
            <strong>{task.userCode}</strong>
            <CopyText text={task.userCode} label="code" />
          </p>
        </div>
      )}
    </div>
  )
}
