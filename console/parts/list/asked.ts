/** What a person types into a filter, and what the management API is asked: numbers, durations, days and moments. */
import { secondsOf } from '../show/text.ts'
import type { ColumnKind } from './column.ts'

const daySeconds = 86_400
const bounds = /^(<=|>=|<|>|=)?\s*(.+)$/

/** The query for what was typed; undefined where it is no such value. An empty text asks for nothing. */
export function queryOf(kind: ColumnKind, typed: string): string | undefined {
  const text = typed.trim()
  if (text === '') return ''
  if (kind === 'number') return rangeOf(text, wholeNumber)
  if (kind === 'duration') return rangeOf(text, (said) => span(secondsOf(said)))
  if (kind === 'time') return rangeOf(text, (said) => moment(said, 1))
  if (kind === 'time_ms') return rangeOf(text, (said) => moment(said, 1000))
  return text
}

/** From the first to the last number that the words mean: a day has many seconds. */
type Span = readonly [first: number, last: number]

function rangeOf(text: string, read: (said: string) => Span | undefined): string | undefined {
  if (text.includes('..')) {
    const [from = '', to = ''] = text.split('..').map((part) => part.trim())
    const first = from === '' ? undefined : read(from)
    const last = to === '' ? undefined : read(to)
    if ((from !== '' && !first) || (to !== '' && !last) || (!first && !last)) return undefined
    return `${first?.[0] ?? ''}..${last?.[1] ?? ''}`
  }
  const [, sign = '=', said = ''] = bounds.exec(text) ?? []
  const meant = read(said)
  if (meant === undefined) return undefined
  const [first, last] = meant
  if (sign === '<' || sign === '>=') return `${sign}${first}`
  if (sign === '>' || sign === '<=') return `${sign}${last}`
  return first === last ? String(first) : `${first}..${last}`
}

function span(number: number | undefined): Span | undefined {
  return number === undefined ? undefined : [number, number]
}

function wholeNumber(said: string): Span | undefined {
  return /^\d{1,15}$/.test(said) ? span(Number(said)) : undefined
}

/** `2026-11-21`, `2026-11-21 09:30`, or seconds since 1970; days and hours are those of the browser. */
function moment(said: string, unit: number): Span | undefined {
  if (/^\d{5,15}$/.test(said)) {
    // Who pastes seconds into a list of milliseconds means the second.
    if (unit === 1000 && said.length <= 11) return [Number(said) * 1000, Number(said) * 1000 + 999]
    return span(Number(said))
  }
  const match = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2})(?::(\d{2}))?)?$/.exec(said)
  if (match === null) return undefined
  const [, date = '', clock, seconds] = match
  const start = new Date(`${date}T${clock ?? '00:00'}:${seconds ?? '00'}`).getTime() / 1000
  if (Number.isNaN(start)) return undefined
  const length = clock === undefined ? daySeconds : seconds === undefined ? 60 : 1
  return [start * unit, (start + length) * unit - 1]
}

/** A query as people read it: moments become dates, everything else stays. What is shown can be typed again. */
export function shownQuery(kind: ColumnKind, query: string): string {
  if (kind !== 'time' && kind !== 'time_ms') return query
  const unit = kind === 'time' ? 1 : 1000
  const dots = query.indexOf('..')
  const shown = query.replace(/\d+/g, (number, at: number) => {
    const isEnd = dots === -1 ? /^(?:>[^=]|<=)/.test(query) : at > dots
    return dateOf(Number(number) / unit, isEnd)
  })
  const [first, last] = shown.split('..')
  return first === last && first?.length === 10 ? first : shown
}

/** The day alone where the moment is its start; or, at the end of a range, its last second. */
function dateOf(seconds: number, isEnd: boolean): string {
  const at = new Date(seconds * 1000)
  if (Number.isNaN(at.getTime())) return String(seconds)
  const two = (number: number) => String(number).padStart(2, '0')
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
  return clock === (isEnd ? '23:59:59' : '00:00:00') ? day : `${day} ${clock}`
}
