/** A plan as people read it: `+` comes, `~` changes, `-` goes. */
import { Alert } from '@mantine/core'
import { ChevronDown, Info } from 'lucide-react'
import type { ReactNode } from 'react'
import type { ConfigurationChange, ConfigurationPlan } from '#contract/configuration.ts'
import { Difference } from '../../parts/show/difference.tsx'
import { kindName } from '../../parts/show/object-link.tsx'
import styles from './configuration.module.css'

const marks = { create: '+', update: '~', delete: '-' } as const
const words = { create: 'Create', update: 'Change', delete: 'Delete' } as const

export function Changes({ of }: { of: readonly ConfigurationChange[] }): ReactNode {
  return (
    <ol className={styles.changes} aria-label="Changes">
      {of.map((change) => (
        <li key={`${change.kind} ${change.name}`} className={styles.change} data-action={change.action}>
          <Change of={change} />
        </li>
      ))}
    </ol>
  )
}

function Change({ of: { action, kind, name, fields } }: { of: ConfigurationChange }): ReactNode {
  const told = action === 'create' ? fields.filter(({ after }) => !isEmpty(after)) : fields
  const head = (
    <>
      <span className={styles.mark} aria-hidden>
        {marks[action]}
      </span>
      <span>
        <span className={styles.kind}>
          {words[action]} {kindName(kind)}
        </span>{' '}
        <strong>
          <bdi>{name}</bdi>
        </strong>
      </span>
    </>
  )
  if (action === 'delete' || told.length === 0) return <div className={styles.line}>{head}</div>
  return (
    <details open={action === 'update'}>
      <summary>
        {head}
        <ChevronDown size={15} aria-hidden className={styles.chevron} />
      </summary>
      <div className={styles.fields}>
        <Difference of={told} />
      </div>
    </details>
  )
}

function isEmpty(value: unknown): boolean {
  return value === '' || value === null || (Array.isArray(value) && value.length === 0)
}

/** `2 to create, 1 to change, 0 to delete`. */
export function summaryOf(changes: readonly ConfigurationChange[]): string {
  const count = (wanted: ConfigurationChange['action']) => changes.filter(({ action }) => action === wanted).length
  return `${count('create')} to create, ${count('update')} to change, ${count('delete')} to delete`
}

const shownKept = 10

/** What the file leaves out and nobody asked to delete. */
export function Kept({ of }: { of: ConfigurationPlan['kept'] }): ReactNode {
  if (of.length === 0) return null
  return (
    <Alert variant="light" color="gray" mt="md" icon={<Info aria-hidden />} title="Not in the file, and left alone">
      <ul className={styles.kept}>
        {of.slice(0, shownKept).map(({ kind, name }) => (
          <li key={`${kind} ${name}`}>
            {kindName(kind)} <bdi>{name}</bdi>
          </li>
        ))}
        {of.length > shownKept && <li>and {of.length - shownKept} more</li>}
      </ul>
    </Alert>
  )
}
