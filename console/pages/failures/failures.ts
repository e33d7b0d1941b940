/**
 * Who failed to sign in lately, put together from the events; and what is counted against them now. Those whom nobody
 * knows have only an address.
 */
import { useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import { listEvents } from '#contract/event.ts'
import { readLoginFailures } from '#contract/login-failures.ts'
import { call, readKey, useRead } from '../../parts/api/call.ts'
import type { RowOf } from '../../parts/list/column.ts'

type Event = RowOf<typeof listEvents>

const daySeconds = 86_400
/** Whose count is asked for: each is a request. */
const mostUsers = 50
const mostEvents = 1000

export interface Failing {
  readonly userId: string
  readonly username: string
  /** In the last 24 hours. */
  readonly failed: number
  readonly lastAt: number
  readonly addresses: readonly string[]
  /** What slows the next sign-in, now; undefined while that is being read. */
  readonly counted: number | undefined
  readonly retryAt: number | null
}

export interface Guessing {
  readonly address: string
  readonly failed: number
  readonly lastAt: number
}

export function useFailures(realm: string) {
  // The moment stays, so that what was read is not read again at each look.
  const [since] = useState(() => (Math.floor(Date.now() / 60_000) * 60 - daySeconds) * 1000)
  const events = useRead(listEvents, {
    params: { realm },
    query: { kind: 'login_', last_at_ms: `${since}..`, sort: '-last_at_ms', page_size: mostEvents },
  })
  const items = events.data?.value.items ?? []
  const users = [...Map.groupBy(items, ({ user_id }) => user_id)].flatMap(([id, of]) =>
    id === null ? [] : [{ id, of }],
  )
  const asked = users.slice(0, mostUsers)
  const counts = useQueries({
    queries: asked.map(({ id }) => ({
      queryKey: readKey(readLoginFailures, { params: { realm, id } }),
      queryFn: () => call(readLoginFailures, { params: { realm, id }, query: {}, body: undefined }),
    })),
  })
  return {
    failing: asked.map(({ id, of }, index) => failingOf(id, of, counts[index]?.data?.value)),
    guessing: guessingOf(items.filter(({ user_id }) => user_id === null)),
    unasked: users.length - asked.length,
    isLoading: events.isPending,
    error: events.error,
    refresh: () => Promise.all([events.refetch(), ...counts.map(({ refetch }) => refetch())]),
  }
}

interface Counted {
  readonly failures: number
  readonly retry_at: number | null
}

function failingOf(userId: string, of: readonly Event[], counted: Counted | undefined): Failing {
  return {
    userId,
    username: of[0]?.username ?? userId,
    failed: timesOf(of),
    lastAt: lastOf(of),
    addresses: [...new Set(of.map(({ address }) => address))],
    counted: counted?.failures,
    retryAt: counted?.retry_at ?? null,
  }
}

function guessingOf(of: readonly Event[]): Guessing[] {
  return [...Map.groupBy(of, ({ address }) => address)]
    .map(([address, events]) => ({ address, failed: timesOf(events), lastAt: lastOf(events) }))
    .toSorted((a, b) => b.failed - a.failed)
}

function timesOf(events: readonly Event[]): number {
  return events.reduce((sum, { count }) => sum + count, 0)
}

function lastOf(events: readonly Event[]): number {
  return Math.floor(Math.max(...events.map(({ last_at_ms }) => last_at_ms)) / 1000)
}
