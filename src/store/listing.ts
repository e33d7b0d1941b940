/**
 * Lists with filters, search, order and pages. Owns: turning the query words of a list into SQL
 * over an allow-list of fields. Does not own: which nouns there are (each noun's file names its fields) and the shape of
 * a refusal (the caller turns `ListRefused` into a 400 that names the field).
 */
import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely'
import type { Database, Sql } from './database.ts'
import { fold } from './fold.ts'
import type { Tables } from './tables.ts'
import { pageOfWhole, type WholeList } from './whole-list.ts'

export { WholeList } from './whole-list.ts'

export interface ListQuery {
  /** Field to condition, as on the wire: `client_name=abc`, `expires_in=>3600`, `created_at=1700000000..`. */
  readonly filters: Readonly<Record<string, string>>
  readonly search?: string | undefined
  /** A field, `-` before it for descending. */
  readonly sort?: string | undefined
  /** From 1. */
  readonly page: number
  readonly page_size: number
  /** The page is one of many that are to show the list as it is at the first of them. */
  readonly whole?: WholeList | undefined
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly total: number
  /** The rows were counted no further. */
  readonly totalIsLowerBound?: true
}

/**
 * How a field is filtered: `folded` text has a lower-case copy in `column`, plain `text` is compared with ASCII case
 * ignored (the same on both engines), numbers by comparison or range, flags by true and false.
 */
export interface ListField {
  readonly kind: 'folded' | 'text' | 'number' | 'flag'
  readonly column: string
  /** May be null: such rows come last, whichever way the others are ordered. */
  readonly nullable?: true
  /** Of a table that is joined: a list that does not ask for it does without the join. */
  readonly isJoined?: true
}

export interface ListRules {
  readonly fields: Readonly<Record<string, ListField>>
  /** The fields that `search` looks into. */
  readonly search: readonly string[]
  /** A column of text that is never null, in whose index all of those stand: `search` reads that alone. */
  readonly leading?: string
  /** A field, as in `ListQuery.sort`. */
  readonly sort: string
  /** Unique, several columns together where it takes them, so that no row is on two pages. */
  readonly key: string | readonly string[]
}

/** The list asked for what it does not have. */
export class ListRefused extends Error {
  readonly field: string

  constructor(field: string, message: string) {
    super(message)
    this.name = 'ListRefused'
    this.field = field
  }
}

export type Condition = RawBuilder<boolean>

/**
 * One page of `query`, and how many rows there are on all. `byKey` is the same without the condition that the whole list
 * is found by: rows that are asked for by their keys are then found by these. Throws `ListRefused`.
 */
export async function listPage<B extends keyof Tables, Row>(
  { lists }: Pick<Database, 'lists'>,
  query: SelectQueryBuilder<Tables, B, Row>,
  rules: ListRules,
  asked: ListQuery,
  byKey = query,
): Promise<Page<Row>> {
  checkPage(asked)
  const order = orderOf(rules, asked.sort ?? rules.sort)
  const matching = conditionsOf(rules, asked).reduce((narrowed, condition) => narrowed.where(condition), query)
  const keys = [rules.key].flat().map((column) => sql`${sql.ref(column)} asc`)
  const ordered = keys.reduce((sorted, key) => sorted.orderBy(key), matching.orderBy(order))
  const offset = (asked.page - 1) * asked.page_size
  if (asked.whole && typeof rules.key === 'string') {
    const items = await pageOfWhole(lists, asked.whole, byKey, ordered, rules.key, offset, asked.page_size)
    return { items, total: asked.whole.total ?? 0 }
  }
  const { rows } = await lists.executeQuery(ordered.limit(asked.page_size).offset(offset).compile())
  return { items: rows, total: await countOf(lists, matching) }
}

export async function countOf<B extends keyof Tables, Row>(
  lists: Sql,
  matching: SelectQueryBuilder<Tables, B, Row>,
): Promise<number> {
  const count = matching.clearSelect().select(sql<number>`count(*)`.as('total'))
  const { rows } = await lists.executeQuery(count.compile())
  return rows[0]?.total ?? 0
}

export function checkPage({ page }: ListQuery): void {
  if (!Number.isSafeInteger(page) || page < 1) throw new ListRefused('page', 'page counts from 1')
}

export function fieldOf(rules: ListRules, name: string): ListField {
  const field = Object.hasOwn(rules.fields, name) ? rules.fields[name] : undefined
  if (!field) throw new ListRefused(name, `there is no field ${JSON.stringify(name)} here`)
  return field
}

function orderOf(rules: ListRules, sort: string): RawBuilder<unknown> {
  const ordered = placeOf(fieldOf(rules, sort.replace(/^-/, '')))
  return sort.startsWith('-') ? sql`${ordered} desc nulls last` : sql`${ordered} asc nulls last`
}

export function conditionsOf(rules: ListRules, asked: ListQuery): Condition[] {
  const conditions = Object.entries(asked.filters).flatMap(([name, value]) =>
    conditionsFor(fieldOf(rules, name), name, value),
  )
  const text = asked.search
  if (text !== undefined && text !== '') {
    const anywhere = rules.search.map((name) => contains(fieldOf(rules, name), text))
    if (rules.leading !== undefined) conditions.push(sql<boolean>`${sql.ref(rules.leading)} >= ''`)
    conditions.push(sql<boolean>`(${sql.join(anywhere, sql` or `)})`)
  }
  return conditions
}

/** A condition that no index is chosen for: rows are met in the order that they are walked in, and then looked at. */
export function onlyMet(condition: RawBuilder<unknown>): Condition {
  return sql<boolean>`case when ${condition} then true else false end`
}

/** What a list is ordered by: bytes where it is text, on both engines. */
export function placeOf({ kind, column }: ListField): RawBuilder<unknown> {
  return kind === 'text' ? sql`${sql.ref(column)} collate "binary"` : sql.ref(column)
}

function conditionsFor(field: ListField, name: string, value: string): Condition[] {
  if (field.kind === 'number') return comparisons(sql.ref(field.column), name, value)
  if (field.kind !== 'flag') return [contains(field, value)]
  if (value !== 'true' && value !== 'false') throw new ListRefused(name, `${name} is true or false`)
  return [sql<boolean>`${sql.ref(field.column)} = ${value === 'true' ? 1 : 0}`]
}

/** Every text is at least the empty one: said so, an index of the column is one that narrows, and is read alone. */
function contains(field: ListField, text: string): Condition {
  const column = sql.ref(field.column)
  const escaped = text.replace(/[\\%_]/g, '\\$&')
  if (field.kind === 'folded')
    return sql<boolean>`(${column} >= '' and ${column} like ${`%${fold(escaped)}%`} escape '\\')`
  const pattern = `%${escaped.replace(/[A-Z]/g, (letter) => letter.toLowerCase())}%`
  const binary = sql`${column} collate "binary"`
  return sql<boolean>`(${binary} >= '' and lower(${binary}) like ${pattern} escape '\\')`
}

const OPERATORS: Readonly<Record<string, RawBuilder<unknown>>> = {
  '': sql`=`,
  '=': sql`=`,
  '<': sql`<`,
  '>': sql`>`,
  '<=': sql`<=`,
  '>=': sql`>=`,
}

/** `3600`, `=3600`, `>3600`, `<=3600`, `10..20` (both ends in), `10..`, `..20`. */
function comparisons(column: RawBuilder<unknown>, name: string, value: string): Condition[] {
  const range = /^(\d{0,15})\.\.(\d{0,15})$/.exec(value)
  if (range && value !== '..') {
    const conditions: Condition[] = []
    if (range[1]) conditions.push(sql<boolean>`${column} >= ${Number(range[1])}`)
    if (range[2]) conditions.push(sql<boolean>`${column} <= ${Number(range[2])}`)
    return conditions
  }
  const [, sign = '', number] = /^([<>]=?|=?)(\d{1,15})$/.exec(value) ?? []
  const operator = OPERATORS[sign]
  if (number === undefined || !operator) {
    throw new ListRefused(name, `${name} takes a number, a comparison such as >3600, or a range such as 10..20`)
  }
  return [sql<boolean>`${column} ${operator} ${Number(number)}`]
}
