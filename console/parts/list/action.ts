/** What can be done with a row, and with many. What a person may not do is not handed to the list at all. */
import type { LinkProps } from '@tanstack/react-router'
import type { LucideIcon } from 'lucide-react'

/** Where a link leads: `{ to: '/realms/$realm/clients/$clientId', params: { … } }`. */
export type Target = Pick<LinkProps, 'to' | 'params' | 'search'>

export interface RowAction<Row> {
  readonly label: string
  readonly icon: LucideIcon
  readonly isDangerous?: boolean
  /** The key that does it on the row that has the focus. */
  readonly key?: 'Delete'
  /** Absent: for every row. */
  readonly isOffered?: (row: Row) => boolean
  readonly run: (row: Row) => void
}

export interface BulkAction<Row> {
  readonly label: string
  readonly icon: LucideIcon
  readonly isDangerous?: boolean
  /** Resolves true when the rows are done with, and the selection can go. */
  readonly run: (rows: readonly Row[]) => Promise<boolean>
}
