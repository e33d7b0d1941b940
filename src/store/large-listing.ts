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
  readonly key: string
}

interface Part {
  readonly offset: number
  readonly limit: number
}

/**
 * The same rows with tables beside them that some fields are of; only those that have something there, found from the
 * table of the first field. No fields: every row.
 */
type Beside<C extends keyof Tables, R> = (fields: readonly ListField[]) => SelectQueryBuilder<Tables, C, R>

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
  const filtered = Object.keys(asked.filters).map((name) => fieldOf(rules, name))
  const joined = filtered.filter((field) => field.isJoined)
  const isPlain = joined.length === 0 && !order.field.isJoined
  const found =
    beside === undefined || isPlain
      ? await find(db, { all: query, few: query, walk: query }, order, rules, asked)
      : await find(
          db,
          {
            all: beside([]),
            few: beside(joined),
            walk: beside([order.field]),
          },
          order,
          rules,
          asked,
        )
  const items = await rowsOf(byKey, rules.key, found.keys)
  const total = found.total ?? (await countOf(db.lists, query))
  return total === 'more' ? { items, total: countedTo, totalIsLowerBound: true } : { items, total }
}

function orderOf(rules: LargeListRules, sort: string): Order {
  const direction = sort.startsWith('-') ? sql`desc` : sql`asc`
  return { field: fieldOf(rules, sort.replace(/^-/, '')), direction, key: rules.key }
}

function inOrder<B extends keyof Tables, Row>(
  matching: SelectQueryBuilder<Tables, B, Row>,
  { field, direction, key }: Order,
): SelectQueryBuilder<Tables, B, Row> {
  const place = placeOf(field)
  const placed = field.nullable ? matching.orderBy(sql`${place} is null`) : matching
  return placed.orderBy(sql`${place} ${direction}`).orderBy(sql`${sql.ref(key)} ${direction}`)
}

interface Found {
  readonly keys: readonly string[]
  /** undefined: as many as the list has rows. */
  readonly total: number | 'more' | undefined
}

interface Rows<C extends keyof Tables, R> {
  readonly all: SelectQueryBuilder<Tables, C, R>
  /** Found by what is asked for. */
  readonly few: SelectQueryBuilder<Tables, C, R>
  /** Found in the order that is asked for. */
  readonly walk: SelectQueryBuilder<Tables, C, R>
}

async function find<C extends keyof Tables, R>(
  db: Pick<Database, 'lists'>,
  rows: Rows<C, R>,
  order: Order,
  rules: LargeListRules,
  asked: ListQuery,
): Promise<Found> {
  const conditions = conditionsOf(rules, asked)
  const met = conditions.map(onlyMet)
  const matching = (query: Rows<C, R>['all'], by: readonly Condition[]) =>
    by.reduce((narrowed, condition) => narrowed.where(condition), query)
  const [all, few] = [matching(rows.all, met), matching(rows.few, conditions)]
  const walk = matching(rows.walk, met)
  const part = { offset: (asked.page - 1) * asked.page_size, limit: asked.page_size }
  if (asked.whole) {
    asked.whole.keys ??= await keysOf(db.lists, inOrder(all, order), rules.key)
    return { keys: asked.whole.keys.slice(part.offset, part.offset + part.limit), total: asked.whole.total }
  }
  if (conditions.length === 0 && !rules.isCostly)
    return { keys: await walked(db.lists, all, walk, order, part), total: undefined }
  const gatheredKeys = await gathered(db, few, order, part)
  if (gatheredKeys) return gatheredKeys
  return { keys: await walked(db.lists, all, walk, order, part), total: await counted(db, few) }
}

/** A condition that no index is chosen for: rows are met in the order that they are walked in, and then looked at. */
function onlyMet(condition: Condition): Condition {
  return sql<boolean>`case when ${condition} then true else false end`
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
  matching: SelectQueryBuilder<Tables, B, Row>,
  { field, direction, key }: Order,
  { offset, limit }: Part,
): Promise<{ keys: readonly string[]; total: number } | undefined> {
  const found = matching
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
  all: SelectQueryBuilder<Tables, C, R>,
  walk: SelectQueryBuilder<Tables, C, R>,
  { field, direction, key }: Order,
  { offset, limit }: Part,
): Promise<readonly string[]> {
  const place = placeOf(field)
  const byKey = sql`${sql.ref(key)} ${direction}`
  const placed = field.nullable ? walk.where(sql<boolean>`${place} is not null`) : walk
  const ordered = placed.orderBy(sql`${place} ${direction}`).orderBy(sql`${sql.ref(field.key ?? key)} ${direction}`)
  const keys = await keysOf(lists, ordered.limit(limit).offset(offset), key)
  if (!field.nullable || keys.length === limit) return keys
  const before = keys.length > 0 || offset === 0 ? offset + keys.length : await countOf(lists, placed)
  const rest = all.where(sql<boolean>`${place} is null`).orderBy(byKey)
  const missing = limit - keys.length
  return [...keys, ...(await keysOf(lists, rest.limit(missing).offset(Math.max(0, offset - before)), key))]
}
