/** Times: local for the eye, relative for the sense of it, Unix seconds for the log. */
import { Text, Tooltip } from '@mantine/core'
import type { ReactNode } from 'react'

const day = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short' })
const moment = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' })
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

function shapes(at: number) {
  const [local, relatively] = [localTime(at), relativeTime(at)]
  return { local, relative: relatively, both: `${local} · ${relatively}`, moment: moment.format(at * 1000) }
}

interface TimeProps {
  /** Seconds since 1970; null shows a dash. */
  readonly at: number | null | undefined
  /** `both`: local and relative on one line; `moment`: local, to the second. */
  readonly show?: keyof ReturnType<typeof shapes>
}

export function Time({ at, show = 'local' }: TimeProps): ReactNode {
  if (at === null || at === undefined) return <Nothing />
  return (
    <Tooltip label={`${exact.format(at * 1000)} · ${relativeTime(at)} · Unix ${at}`} multiline maw={320}>
      <time dateTime={new Date(at * 1000).toISOString()}>{shapes(at)[show]}</time>
    </Tooltip>
  )
}

/** A moment of a journal, in milliseconds: much happens within a minute. */
export function Moment({ at }: { at: number }): ReactNode {
  return <Time at={Math.floor(at / 1000)} show="moment" />
}

/** Where there is no value. */
export function Nothing({ says = 'none' }: { says?: string }): ReactNode {
  return (
    <Text span inherit c="dimmed" aria-label={says}>
      –
    </Text>
  )
}
