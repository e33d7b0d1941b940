/** One value, as its kind shows it. */
import type { ReactNode } from 'react'
import { Status, Tags } from '../show/status.tsx'
import { duration } from '../show/text.ts'
import { Nothing, Time } from '../show/time.tsx'
import { type Column, valueOf } from './column.ts'
import styles from './list.module.css'

export function Cell<Row>({ column, row }: { column: Column<Row>; row: Row }): ReactNode {
  if (column.render) return column.render(row)
  const value = valueOf(column, row)
  if (value === null || value === undefined || value === '') return <Nothing />
  switch (column.kind) {
    case 'time':
      return <Time at={Number(value)} />
    case 'time_ms':
      return <Time at={Math.floor(Number(value) / 1000)} />
    case 'number':
      return Number(value).toLocaleString('en')
    case 'duration':
      return (
        <>
          {String(Number(value))} <span className={styles.aside}>{duration(Number(value))}</span>
        </>
      )
    case 'flag':
      return (
        <Status tone={value === true ? 'good' : 'off'}>
          {(column.words ?? ['Yes', 'No'])[value === true ? 0 : 1]}
        </Status>
      )
    case 'tags':
      return <Tags of={typeof value === 'object' ? value : String(value).split(' ')} />
    case 'code':
      return <code className={styles.code}>{String(value)}</code>
    default:
      return (
        <span dir="auto" title={String(value)}>
          {String(value)}
        </span>
      )
  }
}
