/** Times: local for the eye, relative for the sense of it, Unix seconds for the log. */
import { Text, Tooltip } from '@mantine/core'
import type { ReactNode } from 'react'

const day = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short' })
const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long' })
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

const steps: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
]

/** `2026-11-21 09:30`, in the time zone of the browser. */
export function localTime(seconds: number): string {
  return day.format(seconds * 1000)
}

/** `5 minutes ago`, `in 3 days`. */
export function relativeTime(seconds: number, now: number = Date.now() / 1000): string {
  const away = seconds - now
  const [unit, size] = steps.find(([, least]) => Math.abs(away) >= least) ?? ['second', 1]
  return relative.format(Math.round(away / size), unit)
}

interface TimeProps {
  /** Seconds since 1970; null shows a dash. */
  readonly at: number | null | undefined
  /** `both`: local and relative on one line. */
  readonly show?: 'local' | 'relative' | 'both'
}

export function Time({ at, show = 'local' }: TimeProps): ReactNode {
  if (at === null || at === undefined) return <Nothing />
  const shown = { local: localTime(at), relative: relativeTime(at), both: `${localTime(at)} · ${relativeTime(at)}` }[
    show
  ]
  return (
    <Tooltip label={`${exact.format(at * 1000)} · ${relativeTime(at)} · Unix ${at}`} multiline maw={320}>
      <time dateTime={new Date(at * 1000).toISOString()}>{shown}</time>
    </Tooltip>
  )
}

/** Where there is no value. */
export function Nothing({ says = 'none' }: { says?: string }): ReactNode {
  return (
    <Text span inherit c="dimmed" aria-label={says}>
      –
    </Text>
  )
}
