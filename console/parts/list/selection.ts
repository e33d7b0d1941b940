/** Which rows are chosen. Rows stay chosen while pages are turned; another list, filter or search lets go of them. */
import { useMemo, useState } from 'react'

export interface Selection<Row> {
  readonly rows: readonly Row[]
  readonly has: (id: string) => boolean
  readonly toggle: (row: Row) => void
  readonly toggleAll: (rows: readonly Row[]) => void
  readonly clear: () => void
}

/** `of` tells one list from another. */
export function useSelection<Row>(idOf: (row: Row) => string, of: string): Selection<Row> {
  const [chosen, setChosen] = useState<ReadonlyMap<string, Row>>(new Map())
  const [list, setList] = useState(of)
  if (list !== of) {
    setList(of)
    setChosen(new Map())
  }
  return useMemo(
    () => ({
      rows: [...chosen.values()],
      has: (id) => chosen.has(id),
      toggle: (row) => setChosen((before) => toggled(before, idOf(row), row)),
      toggleAll: (rows) =>
        setChosen((before) => {
          const isWhole = rows.every((row) => before.has(idOf(row)))
          const next = new Map(before)
          for (const row of rows) {
            if (isWhole) next.delete(idOf(row))
            else next.set(idOf(row), row)
          }
          return next
        }),
      clear: () => setChosen(new Map()),
    }),
    [chosen, idOf],
  )
}

function toggled<Row>(before: ReadonlyMap<string, Row>, id: string, row: Row): ReadonlyMap<string, Row> {
  const next = new Map(before)
  if (!next.delete(id)) next.set(id, row)
  return next
}
