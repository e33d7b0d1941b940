/**
 * Pages of lists that may have a hundred thousand rows. Owns: that a page costs little, whatever it is filtered and
 * ordered by: rows are found by indexes alone and only those of the page are read; matches are counted up to a bound; few
 * matches are gathered and sorted, many are met by walking the order. What grows with the list is read where lists are
 * read, the rows of the page by their keys where all else is. Does not own: the conditions (`listing.ts`) and the indexes
 * (the migrations `0007-list-indexes`).
 */
import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely'
import type { Database, Sql } from './database.ts'
import {
  type Condition,
  checkPage,
  conditionsOf,
  countOf,
  fieldOf,
  type ListField,
  type ListQuery,
  type ListRules,
  onlyMet,
  type Page,
  placeOf,
} from './listing.ts'
import type { Tables } from './tables.ts'
import { keysOf, rowsOf } from './whole-list.ts'

/** Matches are counted up to here; of more it is said only that there are more. */
export const countedTo = 10_000
/** So many matches are gathered and sorted; of more, some are met soon enough in any order. */
const gatheredTo = 2_500

export interface LargeListRules extends ListRules {
  readonly key: string
  /** The rows of the whole list are counted up to the bound as well: more than an index would have to be read. */
  readonly isCostly?: true
}

export interface Listed<B extends keyof Tables, Row> {
  readonly query: SelectQueryBuilder<Tables, B, Row>
  readonly byKey: SelectQueryBuilder<Tables, B, Row>
}

interface Order {
  readonly field: ListField
  readonly direction: RawBuilder<unknown>
}

interface Part {
  readonly offset: number
  readonly limit: number
}

/** A way to the rows, and the column of its tables that is the key. */
export interface Way<C extends keyof Tables, R> {
  readonly query: SelectQueryBuilder<Tables, C, R>
  readonly key: string
}

/** Only rows that have something in the joined tables: found from the table of the first field. No fields: every row. */
type Beside<C extends keyof Tables, R> = (fields: readonly ListField[]) => Way<C, R>

/**
 * One page of `query`, which selects the key under its own name. `byKey` is the same without the condition that the whole
 * list is found by: SQLite would find a page of rows by that one as well, and read them all. Throws `ListRefused`.
 */
export async function largePage<B extends keyof Tables, Row, C extends keyof Tables, R>(
  db: Pick<Database, 'lists'>,
  { query, byKey }: Listed<B, Row>,
  rules: LargeListRules,
  asked: ListQuery,
  beside?: Beside<C, R>,
): Promise<Page<Row>> {
  checkPage(asked)
  const order = orderOf(rules, asked.sort ?? rules.sort)
  const found = await find(db, waysTo(query, order, rules, asked, beside), order, rules, asked)
  const items = await rowsOf(byKey, rules.key, found.keys)
  const total = found.total ?? (await countOf(db.lists, query))
  return total === 'more' ? { items, total: countedTo, totalIsLowerBound: true } : { items, total }
}

function waysTo<B extends keyof Tables, Row, C extends keyof Tables, R>(
  query: SelectQueryBuilder<Tables, B, Row>,
  order: Order,
  rules: LargeListRules,
  asked: ListQuery,
  beside: Beside<C, R> | undefined,
): Ways<B | C, Row | R> {
  const used = fieldsUsed(rules, asked)
  if (beside === undefined || ![...used, order.field].some((field) => field.isJoined)) {
    const rows = { query, key: rules.key }
    return { all: rows, few: rows, counted: rows, walk: rows }
  }
  const all = beside([])
  const walk = beside([order.field, ...used])
  const listed = { query, key: rules.key }
  if (!used.some((field) => field.isJoined)) return { all, few: all, counted: listed, walk, rest: listed }
  const few = joinedFirst([...used, order.field])
  return { all, few: beside(few), counted: beside(joinedFirst(used)), walk }
}

/** What the filters and the search look at. */
function fieldsUsed(rules: LargeListRules, { filters, search }: ListQuery): readonly ListField[] {
  const searched = search === undefined || search === '' ? [] : rules.search
  return [...Object.keys(filters), ...searched].map((name) => fieldOf(rules, name))
}

function joinedFirst(fields: readonly ListField[]): readonly ListField[] {
  return fields.toSorted((a, b) => Number(b.isJoined ?? false) - Number(a.isJoined ?? false))
}

function orderOf(rules: LargeListRules, sort: string): Order {
  const direction = sort.startsWith('-') ? sql`desc` : sql`asc`
  return { field: fieldOf(rules, sort.replace(/^-/, '')), direction }
}

function inOrder<B extends keyof Tables, Row>(
  { query, key }: Way<B, Row>,
  { field, direction }: Order,
): SelectQueryBuilder<Tables, B, Row> {
  const place = placeOf(field)
  const placed = field.nullable ? query.orderBy(sql`${place} is null`) : query
  return placed.orderBy(sql`${place} ${direction}`).orderBy(sql`${sql.ref(key)} ${direction}`)
}

interface Found {
  readonly keys: readonly string[]
  /** undefined: as many as the list has rows. */
  readonly total: number | 'more' | undefined
}

interface Ways<C extends keyof Tables, R> {
  readonly all: Way<C, R>
  /** Found by what is asked for. */
  readonly few: Way<C, R>
  /** The same, without what only the order looks at. */
  readonly counted: Way<C, R>
  /** Found in the order that is asked for. */
  readonly walk: Way<C, R>
  /** Those without a place are the rows of this way that are not met by walking; absent: they are found by what they lack. */
  readonly rest?: Way<C, R>
}

async function find<C extends keyof Tables, R>(
  db: Pick<Database, 'lists'>,
  ways: Ways<C, R>,
  order: Order,
  rules: LargeListRules,
  asked: ListQuery,
): Promise<Found> {
  const conditions = conditionsOf(rules, asked)
  const part = { offset: (asked.page - 1) * asked.page_size, limit: asked.page_size }
  if (asked.whole) {
    const all = narrowed(ways.all, conditions.map(onlyMet))
    asked.whole.keys ??= await keysOf(db.lists, inOrder(all, order), all.key)
    return { keys: asked.whole.keys.slice(part.offset, part.offset + part.limit), total: asked.whole.total }
  }
  if (conditions.length === 0 && !rules.isCostly)
    return { keys: await walked(db.lists, ways, order, conditions, part), total: undefined }
  const gatheredKeys = await gathered(db, narrowed(ways.few, conditions), order, part)
  if (gatheredKeys) return gatheredKeys
  const total = await counted(db, narrowed(ways.counted, conditions).query)
  return { keys: await walked(db.lists, ways, order, conditions, part), total }
}

function narrowed<C extends keyof Tables, R>({ query, key }: Way<C, R>, conditions: readonly Condition[]): Way<C, R> {
  return { query: conditions.reduce((rows, condition) => rows.where(condition), query), key }
}

async function counted<B extends keyof Tables, Row>(
  db: Pick<Database, 'lists'>,
  matching: SelectQueryBuilder<Tables, B, Row>,
): Promise<number | 'more'> {
  const some = matching
    .clearSelect()
    .select(sql<number>`1`.as('one'))
    .limit(countedTo + 1)
  const { rows } = await sql<{ total: number }>`select count(*) as total from ${some} as matches`.execute(db.lists)
  const total = rows[0]?.total ?? 0
  return total > countedTo ? 'more' : total
}

/** The keys of the part, and how many match in all; undefined: more than are counted. */
async function gathered<B extends keyof Tables, Row>(
  db: Pick<Database, 'lists'>,
  { query, key }: Way<B, Row>,
  { field, direction }: Order,
  { offset, limit }: Part,
): Promise<{ keys: readonly string[]; total: number } | undefined> {
  const found = query
    .clearSelect()
    .select([sql<string>`${sql.ref(key)}`.as('key'), sql`${placeOf(field)}`.as('place')])
    .limit(gatheredTo + 1)
  const { rows } = await sql<{ key: string | null; total: number }>`
    with found as materialized ${found},
      part as (
        select key, place from found
        order by place is null, place ${direction}, key ${direction} limit ${limit} offset ${offset}
      )
    select part.key, counted.total from (select count(*) as total from found) as counted left join part on 1 = 1
    order by part.place is null, part.place ${direction}, part.key ${direction}`.execute(db.lists)
  const total = rows[0]?.total ?? 0
  return total > gatheredTo ? undefined : { keys: rows.flatMap((row) => row.key ?? []), total }
}

/** The keys of the part, met by walking the order from its beginning; rows without a place come behind all others. */
async function walked<C extends keyof Tables, R>(
  lists: Sql,
  ways: Ways<C, R>,
  order: Order,
  conditions: readonly Condition[],
  { offset, limit }: Part,
): Promise<readonly string[]> {
  const { field, direction } = order
  const { query, key } = narrowed(ways.walk, conditions.map(onlyMet))
  const place = placeOf(field)
  const placed = field.nullable ? query.where(sql<boolean>`${place} is not null`) : query
  const ordered = placed.orderBy(sql`${place} ${direction}`).orderBy(sql`${sql.ref(key)} ${direction}`)
  const keys = await keysOf(lists, ordered.limit(limit).offset(offset), key)
  if (!field.nullable || keys.length === limit) return keys
  const before = keys.length > 0 || offset === 0 ? offset + keys.length : await countOf(lists, placed)
  const rest = { offset: Math.max(0, offset - before), limit: limit - keys.length }
  if (ways.rest)
    return [
      ...keys,
      ...(await keysWithout(lists, narrowed(ways.rest, conditions), { query: placed, key }, order, rest)),
    ]
  const all = narrowed(ways.all, conditions.map(onlyMet))
  const unplaced = all.query.where(sql<boolean>`${place} is null`).orderBy(sql`${sql.ref(all.key)} ${direction}`)
  return [...keys, ...(await keysOf(lists, unplaced.limit(rest.limit).offset(rest.offset), all.key))]
}

/** A part of the keys of rows that are not among others: cheaper than looking at each whether something is beside it. */
async function keysWithout<C extends keyof Tables, R>(
  lists: Sql,
  rows: Way<C, R>,
  others: Way<C, R>,
  { direction }: Order,
  { offset, limit }: Part,
): Promise<readonly string[]> {
  const [all, placed] = [rows, others].map(({ query, key }) =>
    query.clearSelect().select(sql<string>`${sql.ref(key)}`.as('key')),
  )
  const { rows: found } = await sql<{ key: string }>`
    select key from ${all} as every_row except select key from ${placed} as placed
    order by key ${direction} limit ${limit} offset ${offset}`.execute(lists)
  return found.map((row) => row.key)
}
