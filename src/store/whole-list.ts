/**
 * A list that is read from its first row to its last while others change it. Owns: which rows it has and in which order,
 * as they were at its first page; later pages are read by these, so that no row comes twice or is passed over because
 * another one moved. A row that ends meanwhile is left out.
 */
import { type SelectQueryBuilder, sql } from 'kysely'
import type { Sql } from './database.ts'
import type { Tables } from './tables.ts'

export class WholeList {
  /** Of all rows, in order; some tens of bytes each. */
  keys: readonly string[] | undefined

  get total(): number | undefined {
    return this.keys?.length
  }
}

/** One page of it. `ordered` is the whole list, `byKey` finds its rows by their keys; `key` is the column that tells its rows apart, selected under its own name. */
export async function pageOfWhole<B extends keyof Tables, Row>(
  lists: Sql,
  whole: WholeList,
  byKey: SelectQueryBuilder<Tables, B, Row>,
  ordered: SelectQueryBuilder<Tables, B, Row>,
  key: string,
  offset: number,
  limit: number,
): Promise<readonly Row[]> {
  whole.keys ??= await keysOf(lists, ordered, key)
  return await rowsOf(byKey, key, whole.keys.slice(offset, offset + limit))
}

/** The rows that these keys name, in their order; those that have ended are left out. */
export async function rowsOf<B extends keyof Tables, Row>(
  query: SelectQueryBuilder<Tables, B, Row>,
  key: string,
  keys: readonly string[],
): Promise<readonly Row[]> {
  if (keys.length === 0) return []
  const name = key.slice(key.lastIndexOf('.') + 1)
  const rows = await query.where(sql<boolean>`${sql.ref(key)} in (${sql.join(keys)})`).execute()
  const places = new Map(keys.map((each, at) => [each, at]))
  const placeOf = (row: Row): number => places.get((row as Record<string, string>)[name] ?? '') ?? 0
  return rows.toSorted((a, b) => placeOf(a) - placeOf(b))
}

/** Read where lists are read, whatever handle the query was begun with. */
export async function keysOf<B extends keyof Tables, Row>(
  lists: Sql,
  ordered: SelectQueryBuilder<Tables, B, Row>,
  key: string,
): Promise<readonly string[]> {
  const keys = ordered.clearSelect().select(sql<string>`${sql.ref(key)}`.as('key'))
  const { rows } = await lists.executeQuery(keys.compile())
  return rows.map((row) => row.key)
}
