/** The two rows above the list: titles that sort, and filters. */
import { Checkbox } from '@mantine/core'
import { ArrowDown, ArrowUp, ArrowUpDown } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Operation } from '#contract/operation.ts'
import { type Column, isFilter, isSortable } from './column.ts'
import { Filter } from './filter.tsx'
import styles from './list.module.css'
import type { ListState } from './list-state.ts'
import type { Selection } from './selection.ts'

interface HeadProps<Row> {
  readonly columns: readonly Column<Row>[]
  readonly operation: Operation
  readonly state: ListState
  /** Absent: nothing can be done with many. */
  readonly selection: Selection<Row> | undefined
  readonly rows: readonly Row[]
  readonly idOf: (row: Row) => string
  readonly hasActions: boolean
}

export function Head<Row>(props: HeadProps<Row>): ReactNode {
  const { columns, operation, state, selection, rows, idOf, hasActions } = props
  const hasFilters = columns.some(({ id }) => isFilter(operation, id))
  const chosen = rows.filter((row) => selection?.has(idOf(row))).length
  return (
    <thead>
      <tr>
        {selection && (
          <th className={styles.check}>
            <Checkbox
              aria-label="Select all rows here"
              checked={rows.length > 0 && chosen === rows.length}
              indeterminate={chosen > 0 && chosen < rows.length}
              onChange={() => selection.toggleAll(rows)}
            />
          </th>
        )}
        {columns.map((column, index) => (
          <Title key={column.id} column={column} operation={operation} state={state} isName={index === 0} />
        ))}
        {hasActions && (
          <th className={styles.actions}>
            <span className={styles.hidden}>Actions</span>
          </th>
        )}
      </tr>
      {hasFilters && (
        <tr className={styles.filters}>
          {selection && <td className={styles.check} />}
          {columns.map((column, index) => (
            <td key={column.id} data-kind={column.kind} className={index === 0 ? styles.rowName : undefined}>
              {isFilter(operation, column.id) && (
                <Filter
                  column={column}
                  operation={operation}
                  value={state.filters[column.id] ?? ''}
                  onChange={(value) => state.change({ [column.id]: value })}
                />
              )}
            </td>
          ))}
          {hasActions && <td className={styles.actions} />}
        </tr>
      )}
    </thead>
  )
}

const sorts = { '': 'none', up: 'ascending', down: 'descending' } as const

interface TitleProps<Row> {
  readonly column: Column<Row>
  readonly operation: Operation
  readonly state: ListState
  /** The column that stays where it is when the others go aside. */
  readonly isName: boolean
}

/** Up, down, and back to the list's own order. */
function Title<Row>({ column, operation, state, isName }: TitleProps<Row>): ReactNode {
  const { id, title, kind } = column
  const className = isName ? styles.rowName : undefined
  if (!isSortable(operation, id)) {
    return (
      <th scope="col" data-kind={kind} className={className}>
        <span className={styles.title}>{title}</span>
      </th>
    )
  }
  const way = state.sort === id ? 'up' : state.sort === `-${id}` ? 'down' : ''
  const next = { '': id, up: `-${id}`, down: undefined }[way]
  const Arrow = { '': ArrowUpDown, up: ArrowUp, down: ArrowDown }[way]
  return (
    <th scope="col" aria-sort={sorts[way]} data-kind={kind} className={className}>
      <button type="button" className={styles.title} data-way={way} onClick={() => state.change({ sort: next })}>
        {title}
        <Arrow size={13} aria-hidden strokeWidth={2.25} />
      </button>
    </th>
  )
}
