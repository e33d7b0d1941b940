/** Where in the list we are: the count, pages by number and arrow, how many to a page, and Show All. */
import { ActionIcon, Button, NativeSelect } from '@mantine/core'
import { ChevronLeft, ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Noun } from '../show/text.ts'
import styles from './list.module.css'
import { type ListState, pageSizes } from './list-state.ts'

interface FootProps {
  readonly state: ListState
  readonly total: number
  readonly isLowerBound: boolean
  readonly isLoading: boolean
  readonly noun: Noun
}

export function Foot({ state, total, isLowerBound, isLoading, noun }: FootProps): ReactNode {
  const { page, isAll, change } = state
  const size = Number(state.pageSize)
  const last = lastPage(state, total)
  const sizes = pageSizes.includes(state.pageSize as never) ? pageSizes : [...pageSizes, state.pageSize]
  return (
    <div className={styles.foot}>
      <p role="status" className={styles.count}>
        {isLoading ? 'Loading …' : counted({ page, size, total, isAll, isLowerBound, noun })}
      </p>
      {!isAll && last > 1 && (
        <nav className={styles.pages} aria-label="Pages">
          <ActionIcon
            aria-label="Previous page"
            disabled={page <= 1}
            onClick={() => change({ page: pageText(page - 1) })}
          >
            <ChevronLeft size={16} aria-hidden />
          </ActionIcon>
          {pageNumbers(page, last).map((number, index) =>
            number === undefined ? (
              <span key={`gap-${String(index)}`} aria-hidden>
                …
              </span>
            ) : (
              <button
                key={number}
                type="button"
                className={styles.page}
                aria-label={`Page ${number}`}
                aria-current={number === page ? 'page' : undefined}
                onClick={() => change({ page: pageText(number) })}
              >
                {number}
              </button>
            ),
          )}
          <ActionIcon
            aria-label="Next page"
            disabled={page >= last}
            onClick={() => change({ page: pageText(page + 1) })}
          >
            <ChevronRight size={16} aria-hidden />
          </ActionIcon>
        </nav>
      )}
      <div className={styles.sizes}>
        {!isAll && (
          <NativeSelect
            aria-label="Rows on a page"
            value={state.pageSize}
            onChange={(event) => change({ page_size: event.currentTarget.value })}
            data={sizes.map((value) => ({ value, label: `${value} a page` }))}
          />
        )}
        <Button
          variant="subtle"
          color="gray"
          disabled={!isAll && total <= size}
          onClick={() => change({ all: isAll ? undefined : 'yes' })}
        >
          {isAll ? 'Show pages' : 'Show All'}
        </Button>
      </div>
    </div>
  )
}

interface Counted {
  readonly page: number
  readonly size: number
  readonly total: number
  readonly isAll: boolean
  readonly isLowerBound: boolean
  readonly noun: Noun
}

/** `1–25 of 312`. */
function counted({ page, size, total, isAll, isLowerBound, noun }: Counted): string {
  const whole = `${isLowerBound ? 'more than ' : ''}${total.toLocaleString('en')}`
  if (total === 0) return `No ${noun.many}`
  if (isAll) return `All ${whole} ${total === 1 ? noun.one : noun.many}`
  const first = (page - 1) * size + 1
  const last = isLowerBound ? page * size : Math.min(page * size, total)
  return first > total && !isLowerBound
    ? `None of ${whole}`
    : `${first.toLocaleString('en')}–${last.toLocaleString('en')} of ${whole}`
}

export function lastPage({ pageSize }: Pick<ListState, 'pageSize'>, total: number): number {
  return Math.max(1, Math.ceil(total / Number(pageSize)))
}

/** The first page is the address without a number. */
export function pageText(page: number): string | undefined {
  return page <= 1 ? undefined : String(page)
}

/** First, last, and those around; undefined is a gap. */
function pageNumbers(page: number, last: number): (number | undefined)[] {
  const wanted = new Set([1, page - 1, page, page + 1, last].filter((number) => number >= 1 && number <= last))
  const sorted = [...wanted].toSorted((a, b) => a - b)
  return sorted.flatMap((number, index) => {
    const before = sorted[index - 1]
    if (before === undefined || number === before + 1) return [number]
    return number === before + 2 ? [before + 1, number] : [undefined, number]
  })
}
