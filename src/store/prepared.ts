/**
 * Queries whose text never changes, built and compiled once for each database instead of at each request: for the few
 * that stand on a hot path. What varies is a named parameter.
 */
import type { CompiledQuery } from 'kysely'
import type { Sql } from './database.ts'

type Parameters = Readonly<Record<string, string | number>>

interface Compilable<R> {
  compile(): CompiledQuery<R>
}

/** Stands for a parameter while the query is compiled. */
class Hole {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/**
 * `build` is called once; each parameter that it takes from its second argument is filled in at every execution. The
 * database must not be a transaction: those are new objects each time, and compiling would start over.
 */
export function prepared<P extends Parameters, R>(
  build: (sql: Sql, parameters: P) => Compilable<R>,
): (sql: Sql, parameters: P) => Promise<readonly R[]> {
  const compiled = new WeakMap<Sql, CompiledQuery<R>>()
  const holes = new Proxy({}, { get: (_target, name) => new Hole(String(name)) }) as P
  return async (sql, parameters) => {
    let query = compiled.get(sql)
    if (query === undefined) {
      query = build(sql, holes).compile()
      compiled.set(sql, query)
    }
    const filled = query.parameters.map((value) => (value instanceof Hole ? parameters[value.name] : value))
    const { rows } = await sql.executeQuery<R>({ ...query, parameters: filled })
    return rows
  }
}
