/** The rows of a list: one page, or all of them, fetched in pages of a thousand while the first are already shown. */
import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import type { Input, Operation } from '#contract/operation.ts'
import { largestPage, type Page } from '#contract/page.ts'
import { call, readKey, useRead } from '../api/call.ts'
import type { RowOf } from './column.ts'
import type { ListState } from './list-state.ts'

export interface ListData<Row> {
  /** In the list's order; undefined where a row is still on its way. */
  readonly rows: readonly (Row | undefined)[]
  readonly total: number
  /** There are more rows than `total`: they were counted no further. */
  readonly isLowerBound: boolean
  readonly isLoading: boolean
  /** Something is being read again. */
  readonly isBusy: boolean
  readonly error: Error | null
  readonly refresh: () => Promise<unknown>
}

export function useListData<O extends Operation>(
  operation: O,
  params: Input<O>['params'],
  query: Readonly<Record<string, string>>,
  state: ListState,
): ListData<RowOf<O>> {
  const paged = useRead(
    operation,
    { params, query: { ...query, page: state.page, page_size: state.pageSize } as Input<O>['query'] },
    { isEnabled: !state.isAll, keepsBefore: true },
  )
  const whole = useWholeList<O>(operation, params, query, state.isAll)
  return useMemo(() => {
    if (state.isAll) return whole
    const page = paged.data?.value as Page<RowOf<O>> | undefined
    return {
      rows: page?.items ?? [],
      total: page?.total ?? 0,
      isLowerBound: page?.total_is_lower_bound === true,
      isLoading: paged.isPending,
      isBusy: paged.isFetching,
      error: paged.error,
      refresh: paged.refetch,
    }
  }, [state.isAll, whole, paged.data, paged.isPending, paged.isFetching, paged.error, paged.refetch])
}

function useWholeList<O extends Operation>(
  operation: O,
  params: Input<O>['params'],
  query: Readonly<Record<string, string>>,
  isEnabled: boolean,
): ListData<RowOf<O>> {
  const read = useInfiniteQuery({
    queryKey: ['whole', ...readKey(operation, { params, query })],
    queryFn: async ({ pageParam, signal }) => {
      const input = { params, query: { ...query, page: pageParam, page_size: largestPage }, body: undefined }
      const { value } = await call(operation, input as Input<O>, { signal })
      return value as Page<RowOf<O>>
    },
    initialPageParam: 1,
    getNextPageParam: ({ page, page_size, items }) => (items.length < page_size ? undefined : page + 1),
    enabled: isEnabled,
    staleTime: 60_000,
    refetchOnWindowFocus: false,
  })
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage, error } = read
  useEffect(() => {
    if (isEnabled && hasNextPage && !isFetchingNextPage && error === null) void fetchNextPage()
  }, [isEnabled, hasNextPage, isFetchingNextPage, fetchNextPage, error])
  const rows = useMemo(() => withPlaceholders(data?.pages ?? [], hasNextPage), [data, hasNextPage])
  return useMemo(
    () => ({
      rows,
      total: rows.length,
      isLowerBound: data?.pages.at(-1)?.total_is_lower_bound === true,
      isLoading: read.isPending,
      isBusy: read.isFetching,
      error,
      refresh: read.refetch,
    }),
    [rows, data, read.isPending, read.isFetching, read.refetch, error],
  )
}

/** What is known to be there has its place before it has arrived: the scroll bar does not jump. */
function withPlaceholders<Row>(pages: readonly Page<Row>[], isMore: boolean): readonly (Row | undefined)[] {
  const rows: (Row | undefined)[] = pages.flatMap(({ items }) => items)
  const total = pages[0]?.total ?? 0
  if (isMore && total > rows.length) rows.length = total
  return rows
}
