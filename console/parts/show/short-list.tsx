/**
 * A list that is always short and comes whole: a plain table without filters and pages. On narrow screens each row is
 * a block, its fields below one another.
 */
import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import type { RowAction } from '../list/action.ts'
import { Cell } from '../list/cell.tsx'
import type { Column } from '../list/column.ts'
import styles from './short-list.module.css'

interface ShortListProps<Row> {
  /** What the rows are: `Secrets`. */
  readonly label: string
  readonly rows: readonly Row[]
  /** The first one is the row's name. */
  readonly columns: readonly Column<Row>[]
  readonly idOf: (row: Row) => string
  /** For the labels of its buttons. */
  readonly nameOf: (row: Row) => string
  readonly actions?: readonly RowAction<Row>[]
  /** Said in place of a table without rows. */
  readonly empty: ReactNode
}

export function ShortList<Row>({ label, rows, columns, idOf, empty, ...of }: ShortListProps<Row>): ReactNode {
  const { actions = [] } = of
  if (rows.length === 0) return <p className={styles.empty}>{empty}</p>
  return (
    <table className={styles.table} aria-label={label}>
      <thead>
        <tr>
          {columns.map(({ id, title }) => (
            <th key={id} scope="col">
              {title}
            </th>
          ))}
          {actions.length > 0 && <td />}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={idOf(row)}>
            {columns.map((column, index) =>
              index === 0 ? (
                <th key={column.id} scope="row">
                  <Cell column={column} row={row} />
                </th>
              ) : (
                <td key={column.id}>
                  <span className={styles.title} aria-hidden>
                    {column.title}
                  </span>
                  <div>
                    <Cell column={column} row={row} />
                  </div>
                </td>
              ),
            )}
            {actions.length > 0 && (
              <td className={styles.actions}>
                <Actions row={row} actions={actions} name={of.nameOf(row)} />
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

interface ActionsProps<Row> {
  readonly row: Row
  readonly actions: readonly RowAction<Row>[]
  readonly name: string
}

function Actions<Row>({ row, actions, name }: ActionsProps<Row>): ReactNode {
  return actions
    .filter(({ isOffered }) => isOffered?.(row) ?? true)
    .map(({ label, icon: Icon, isDangerous, run }) => (
      <Button
        key={label}
        variant="default"
        size="compact-sm"
        aria-label={`${label} ${name}`}
        leftSection={<Icon size={14} aria-hidden />}
        {...(isDangerous && { c: 'var(--bad)' })}
        onClick={() => run(row)}
      >
        {label}
      </Button>
    ))
}
