/** Before and after, field by field: history, audit, plans. */
import type { ReactNode } from 'react'
import styles from './difference.module.css'

export interface FieldDifference {
  readonly field: string
  readonly before: unknown
  readonly after: unknown
}

/** The fields in which two documents differ for whoever reads them; null is a document that is not there. */
export function differences(
  before: Readonly<Record<string, unknown>> | null,
  after: Readonly<Record<string, unknown>> | null,
): FieldDifference[] {
  const fields = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
  return fields
    .map((field) => ({ field, before: before?.[field], after: after?.[field] }))
    .filter((one) => said(one.before) !== said(one.after))
}

interface DifferenceProps {
  readonly of: readonly FieldDifference[]
  /** Where they are the same. */
  readonly none?: string
}

export function Difference({ of, none = 'No field was changed.' }: DifferenceProps): ReactNode {
  if (of.length === 0) return <p className={styles.same}>{none}</p>
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        {of.map(({ field, before, after }) => (
          <tr key={field}>
            <th scope="row">
              <code>{field}</code>
            </th>
            <td data-side="before" dir="auto">
              {said(before)}
            </td>
            <td data-side="after" dir="auto">
              {said(after)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** A value on one line, as plain as it goes. */
export function said(value: unknown): string {
  if (value === undefined || value === null || value === '') return '–'
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(said).join(', ')
  return JSON.stringify(value)
}
