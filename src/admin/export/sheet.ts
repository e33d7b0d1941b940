/** What every kind of file is made of: a heading, columns, and rows that come in batches. */
import type { Column, Item } from './columns.ts'

export interface Sheet {
  /** `clients of default` */
  readonly title: string
  readonly columns: readonly Column[]
  /** How many columns the list could have. */
  readonly columnsInAll: number
  /** Filters, search and order as they were asked for. */
  readonly asked: readonly (readonly [name: string, value: string])[]
  readonly madeAt: Date
  /** Rows that the list had at the beginning; one that ends meanwhile is left out. */
  readonly total: number
}

/** Batches of rows, each fetched when the one before it was written. */
export type Batches = AsyncIterable<readonly Item[]>

/** Makes the file of a sheet; ending the iteration ends the reading of rows. */
export type Writer = (sheet: Sheet, batches: Batches) => AsyncIterable<Uint8Array>
