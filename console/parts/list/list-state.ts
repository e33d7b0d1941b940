/** The state of a list is its address: filters, search, sort and page, so that it can be sent, kept and gone back to. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { Operation } from '#contract/operation.ts'
import { usePreference } from '../person/preferences.ts'
import { complaint, isFilter } from './column.ts'

export const pageSizes = ['25', '50', '100'] as const

export interface ListState {
  /** The filters that are set, as the management API takes them. */
  readonly filters: Readonly<Record<string, string>>
  readonly search: string
  /** Filters, search and sort together: what is asked, apart from the page. */
  readonly query: Readonly<Record<string, string>>
  /** A column's id, with `-` before it for the other way round. */
  readonly sort: string | undefined
  readonly page: number
  readonly pageSize: string
  readonly isAll: boolean
  /** An empty text takes the value away. Anything but the page itself leads back to the first page. */
  readonly change: (changed: Readonly<Record<string, string | undefined>>) => void
  readonly clearFilters: () => void
}

type Search = Readonly<Record<string, string | undefined>>

export function useListState(operation: Operation): ListState {
  const search = allowed(operation, useSearch({ strict: false }))
  const navigate = useNavigate()
  const [preferredSize, setPreferredSize] = usePreference<string>('page-size', pageSizes[0])
  const filters = Object.fromEntries(
    Object.entries(search).filter(
      (pair): pair is [string, string] => isFilter(operation, pair[0]) && pair[1] !== undefined,
    ),
  )
  const go = (next: (before: Search) => Search) =>
    void navigate({ to: '.', search: (before: Search) => next(before) } as never)
  const { search: part = '', sort } = search
  return {
    filters,
    query: { ...filters, ...(part === '' ? {} : { search: part }), ...(sort === undefined ? {} : { sort }) },
    search: part,
    sort,
    page: Number(search['page'] ?? 1),
    pageSize: search['page_size'] ?? preferredSize,
    isAll: search['all'] === 'yes',
    change: (changed) => {
      if (changed['page_size']) setPreferredSize(changed['page_size'])
      go((before) => ({ ...before, page: undefined, ...changed }))
    },
    clearFilters: () =>
      go((before) => ({
        ...before,
        ...Object.fromEntries(Object.keys(filters).map((id) => [id, undefined])),
        search: undefined,
        page: undefined,
      })),
  }
}

/** What the contract would refuse is as if it were not there: an address may be old, or typed. */
function allowed(operation: Operation, search: Search): Search {
  return Object.fromEntries(
    Object.entries(search).filter(
      ([id, value]) => value !== undefined && complaint(operation, id, value) === undefined,
    ),
  )
}
