/** One call of an operation, as its handler sees it: parsed, allowed, and with the realm that it is about. */
import type { z } from 'zod'
import type { Operation } from '#contract/operation.ts'
import { fileQuery } from '#contract/page.ts'
import type { Request } from '#http/message.ts'
import type { Actor } from '#store/audit.ts'
import type { ListQuery, Page, WholeList } from '#store/listing.ts'
import type { Realm } from '#store/realms.ts'
import type { AdminContext } from './context.ts'
import type { Administrator } from './gate.ts'

export interface Call<O extends Operation> {
  readonly context: AdminContext
  readonly request: Request
  readonly administrator: Administrator
  /** Who the audit names. */
  readonly actor: Actor
  /** The realm that the path names; `system` where an operation is about the whole installation. */
  readonly realm: Realm
  readonly params: z.output<O['params']>
  readonly query: z.output<O['query']>
  readonly body: z.output<O['body']>
}

export interface Reply<T> {
  readonly value: T
  readonly etag?: string
  /** Below `/api/v1`, percent-encoded. */
  readonly location?: string
}

/** An operation with what it does. */
export interface Handled {
  readonly operation: Operation
  run(call: Call<Operation>): Promise<Reply<unknown>>
}

export function handle<O extends Operation>(
  operation: O,
  run: (call: Call<O>) => Promise<Reply<z.input<O['answer']>>>,
): Handled {
  return { operation, run }
}

/** Set in the query of a list that is read as a whole, page by page: no parameter can say it. */
export const wholeList = Symbol('the whole list')

interface Listed {
  readonly [wholeList]?: WholeList
  readonly page: number
  readonly page_size: number
  readonly search?: string | undefined
  readonly sort?: string | undefined
  readonly [filter: string]: unknown
}

/** The words of a list as the store takes them. */
export function listQueryOf(query: Listed): ListQuery {
  const { page, page_size, search, sort, ...rest } = query
  const filters: Record<string, string> = {}
  for (const [name, value] of Object.entries(rest)) {
    // A field left empty in a form narrows nothing.
    if (typeof value === 'string' && value !== '' && !Object.hasOwn(fileQuery, name)) filters[name] = value
  }
  return { filters, search, sort, page, page_size, whole: query[wholeList] }
}

/** How many there are, as far as they were counted. */
export function totalsOf({ total, totalIsLowerBound }: Page<unknown>): { total: number; total_is_lower_bound?: true } {
  return totalIsLowerBound ? { total, total_is_lower_bound: true } : { total }
}

/** A list that is always short: it comes whole, on one page. */
export function wholePage<T>(items: T[]): { items: T[]; total: number; page: number; page_size: number } {
  return { items, total: items.length, page: 1, page_size: Math.max(items.length, 1) }
}
