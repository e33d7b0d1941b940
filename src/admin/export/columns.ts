/** Which columns a file has, and what stands in a cell: the fields of the list's items under their own names. */
import { z } from 'zod'

export type Item = Readonly<Record<string, unknown>>
/** A Date stands for a moment; times are seconds on the wire. */
export type Cell = string | number | boolean | Date | null

export interface Column {
  readonly name: string
  /** How a number that is a moment counts; undefined: it is a number. */
  readonly time: 'seconds' | 'milliseconds' | undefined
}

/** The columns that these items can have, in the order of the contract. */
export function columnsOf(item: z.ZodType): readonly Column[] {
  const shape = item instanceof z.ZodObject ? item.shape : {}
  return Object.keys(shape).map((name) => ({ name, time: timeOf(name) }))
}

/** By the names that the contract gives to moments throughout. */
function timeOf(name: string): Column['time'] {
  if (name === 'at_ms') return 'milliseconds'
  return /(?:^|_)at$/.test(name) || name === 'auth_time' ? 'seconds' : undefined
}

/** Lists become one text with commas, documents become JSON. */
export function cellOf(column: Column, item: Item): Cell {
  const value = item[column.name]
  switch (typeof value) {
    case 'number':
      if (column.time === undefined) return value
      return new Date(column.time === 'seconds' ? value * 1000 : value)
    case 'string':
      return harmless(value)
    case 'boolean':
      return value
    case 'object':
      if (value === null) return null
      return harmless(isTexts(value) ? value.join(', ') : JSON.stringify(value))
    default:
      return null
  }
}

function isTexts(value: object): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}

/**
 * A text that a spreadsheet would take for a formula gets an apostrophe before it, also where blanks come first: some
 * programs drop them. The full-width forms count, which others fold (N149).
 */
export function harmless(text: string): string {
  return /^[\s\u0000]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/.test(text) ? `'${text}` : text
}
