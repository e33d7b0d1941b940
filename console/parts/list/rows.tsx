/** The rows. Of a long list only those in sight are in the page; all have one height, so that the rest is arithmetic. */
import { ActionIcon, Checkbox } from '@mantine/core'
import { Link, type LinkProps } from '@tanstack/react-router'
import { Ellipsis, Pencil } from 'lucide-react'
import { lazy, memo, type ReactNode, type RefObject, Suspense } from 'react'
import type { Target } from './action.ts'
import { Cell } from './cell.tsx'
import type { Column } from './column.ts'
import styles from './list.module.css'
import type { Selection } from './selection.ts'

/** Below that every row is in the page: the browser's own search finds it. */
const virtualFrom = 200

export interface RowsProps<Row> {
  readonly rows: readonly (Row | undefined)[]
  readonly columns: readonly Column<Row>[]
  readonly idOf: (row: Row) => string
  readonly nameOf: (row: Row) => string
  readonly open: ((row: Row) => Target | undefined) | undefined
  readonly edit: ((row: Row) => Target | undefined) | undefined
  readonly selection: Selection<Row> | undefined
  readonly hasActions: boolean
  /** The row that the keys mean. */
  readonly active: number
  readonly onActive: (index: number) => void
  readonly onMenu: (row: Row, at: { x: number; y: number; from: HTMLElement | null }) => void
  readonly scroller: RefObject<HTMLDivElement | null>
}

const VirtualRows = lazy(async () => ({ default: (await import('./virtual-rows.tsx')).VirtualRows })) as <Row>(
  props: RowsProps<Row>,
) => ReactNode

export function Rows<Row>(props: RowsProps<Row>): ReactNode {
  if (props.rows.length <= virtualFrom) return <PlainRows {...props} />
  return (
    <Suspense fallback={<tbody />}>
      <VirtualRows {...props} />
    </Suspense>
  )
}

function PlainRows<Row>(props: RowsProps<Row>): ReactNode {
  return (
    <tbody>
      {props.rows.map((row, index) => (
        <OneRow key={row === undefined ? index : props.idOf(row)} row={row} index={index} of={props} />
      ))}
    </tbody>
  )
}

interface OneRowProps<Row> {
  readonly row: Row | undefined
  readonly index: number
  readonly of: RowsProps<Row>
}

export function OneRow<Row>({ row, index, of }: OneRowProps<Row>): ReactNode {
  const { columns, idOf, nameOf, open, edit, selection, hasActions, active, onActive, onMenu } = of
  if (row === undefined) {
    const width = columns.length + (selection ? 1 : 0) + (hasActions ? 1 : 0)
    return (
      <tr aria-rowindex={index + 1} className={styles.coming}>
        <td colSpan={width} />
      </tr>
    )
  }
  const isChosen = selection?.has(idOf(row)) ?? false
  const editAt = edit?.(row)
  return (
    <tr
      data-row={index}
      tabIndex={index === Math.max(active, 0) ? 0 : -1}
      aria-selected={selection ? isChosen : undefined}
      data-chosen={isChosen || undefined}
      data-active={index === active || undefined}
      onFocus={() => onActive(index)}
      onContextMenu={(event) => {
        event.preventDefault()
        const box = event.currentTarget.getBoundingClientRect()
        const isKey = event.clientX === 0 && event.clientY === 0
        const place = isKey ? { x: box.left + 48, y: box.bottom } : { x: event.clientX, y: event.clientY }
        onMenu(row, { ...place, from: event.currentTarget })
      }}
    >
      {selection && (
        <td className={styles.check}>
          <Checkbox
            aria-label={`Select ${nameOf(row)}`}
            checked={isChosen}
            onChange={() => selection.toggle(row)}
            tabIndex={-1}
          />
        </td>
      )}
      <Cells row={row} columns={columns} open={open} />
      {hasActions && (
        <td className={styles.actions}>
          {editAt && (
            <ActionIcon
              component={Link}
              {...(editAt as object)}
              aria-label={`Edit ${nameOf(row)}`}
              className={styles.pencil}
              tabIndex={-1}
            >
              <Pencil size={15} aria-hidden />
            </ActionIcon>
          )}
          <ActionIcon
            aria-label={`More for ${nameOf(row)}`}
            aria-haspopup="menu"
            onClick={(event) => {
              const box = event.currentTarget.getBoundingClientRect()
              onMenu(row, { x: box.left, y: box.bottom, from: event.currentTarget })
            }}
          >
            <Ellipsis size={16} aria-hidden />
          </ActionIcon>
        </td>
      )}
    </tr>
  )
}

interface CellsProps<Row> {
  readonly row: Row
  readonly columns: readonly Column<Row>[]
  readonly open: ((row: Row) => Target | undefined) | undefined
}

function CellsOf<Row>({ row, columns, open }: CellsProps<Row>): ReactNode {
  const at = open?.(row)
  return columns.map((column, index) =>
    index === 0 ? (
      <th key={column.id} scope="row" data-kind={column.kind} className={styles.rowName}>
        {at ? (
          <Link {...(at as LinkProps)} className={styles.name}>
            <Cell column={column} row={row} />
          </Link>
        ) : (
          <Cell column={column} row={row} />
        )}
      </th>
    ) : (
      <td key={column.id} data-kind={column.kind}>
        <Cell column={column} row={row} />
      </td>
    ),
  )
}

/** What a row says changes less often than which row is chosen. */
const Cells = memo(
  CellsOf,
  (before, after) => before.row === after.row && before.columns === after.columns,
) as typeof CellsOf
