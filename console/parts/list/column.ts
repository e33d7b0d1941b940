/** What a list shows of each row. Whether a column filters and sorts is not said here: the contract knows it. */
import type { ReactNode } from 'react'
import { z } from 'zod'
import type { Operation } from '#contract/operation.ts'
import { fileQuery } from '#contract/page.ts'

/** How a value looks, and how it is asked for in the filter below the header. */
export type ColumnKind = 'text' | 'code' | 'number' | 'duration' | 'time' | 'time_ms' | 'flag' | 'tags'

/** What a field may hold where its column has no `render`. */
export type Value = string | number | boolean | readonly string[] | null | undefined

export interface Column<Row> {
  /** The field's name in the contract: also its filter, its sort and its column in exports. */
  readonly id: string
  readonly title: string
  readonly kind: ColumnKind
  /** Absent: the field as its kind shows it. */
  readonly render?: (row: Row) => ReactNode
  /** Where the field lies, if not in `row[id]`. */
  readonly value?: (row: Row) => Value
  /** Not shown until somebody chooses it. */
  readonly isOptional?: boolean
  /** Words for yes and no in cell and filter; absent: Yes, No. */
  readonly words?: readonly [yes: string, no: string]
  /** The values to choose from, where there are few. */
  readonly options?: readonly { readonly value: string; readonly label: string }[]
}

export type RowOf<O extends Operation> = z.output<O['answer']> extends { items: (infer Row)[] } ? Row : never

export function valueOf<Row>(column: Column<Row>, row: Row): Value {
  return column.value ? column.value(row) : (row as Readonly<Record<string, Value>>)[column.id]
}

function shapeOf({ query }: Operation): Readonly<Record<string, z.ZodType>> {
  return query instanceof z.ZodObject ? query.shape : {}
}

const notFilters = new Set(['search', 'sort', 'page', 'page_size', ...Object.keys(fileQuery)])

export function isFilter(operation: Operation, id: string): boolean {
  return !notFilters.has(id) && id in shapeOf(operation)
}

export function isSortable(operation: Operation, id: string): boolean {
  return shapeOf(operation)['sort']?.safeParse(id).success ?? false
}

export function isSearchable(operation: Operation): boolean {
  return 'search' in shapeOf(operation)
}

/** What the contract has against a value of the query; undefined: nothing. */
export function complaint(operation: Operation, id: string, value: string): string | undefined {
  const result = shapeOf(operation)[id]?.safeParse(value)
  return result === undefined || result.success ? undefined : result.error.issues[0]?.message
}
