/**
 * Something that is asked about before it is done, to one row or to the chosen ones, where the management API takes one
 * at a time. What is refused keeps none of the others back.
 */
import { Text } from '@mantine/core'
import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import type { BulkResults } from '#contract/bulk.ts'
import { queryClient } from '../api/call.ts'
import type { BulkAction, RowAction } from '../list/action.ts'
import { tellResults } from '../list/bulk.ts'
import { told } from '../show/problem.tsx'
import { count, type Noun } from '../show/text.ts'
import { confirm } from './confirm.ts'
import { tellDone } from './undo.tsx'

interface Asked<Row> {
  readonly noun: Noun
  /** `Revoke`. */
  readonly label: string
  /** `revoked`, as in `2 grants revoked`. */
  readonly did: string
  readonly icon: LucideIcon
  readonly isDangerous?: boolean
  readonly isOffered?: (row: Row) => boolean
  /** For messages: `the session of ada`. */
  readonly nameOf: (row: Row) => string
  /** What happens, and what breaks. */
  readonly impact: (row: Row) => ReactNode
  readonly impactOfMany: string
  readonly run: (row: Row) => Promise<unknown>
}

export interface AskedActions<Row> {
  readonly actions: readonly RowAction<Row>[]
  readonly bulk: readonly BulkAction<Row>[]
}

export function askFirst<Row>(asked: Asked<Row>): AskedActions<Row> {
  const { noun, label, did, icon, isDangerous = false, isOffered, nameOf, impact, run } = asked
  const one = (row: Row) =>
    confirm({
      title: `${label} ${nameOf(row)}?`,
      body: <Body>{impact(row)}</Body>,
      confirm: label,
      isDangerous,
      run: async () => {
        await run(row)
        await queryClient.invalidateQueries()
        tellDone(`${count(1, noun)} ${did}`)
      },
    })
  const many = (rows: readonly Row[]) =>
    confirm({
      title: `${label} ${count(rows.length, noun)}?`,
      body: <Body>{asked.impactOfMany}</Body>,
      confirm: `${label} ${count(rows.length, noun)}`,
      isDangerous,
      run: async () => void tellResults(await runEach(rows, nameOf, run), noun, did),
    })
  const shown = { label, icon, isDangerous }
  return {
    actions: [
      { ...shown, ...(isDangerous && { key: 'Delete' }), ...(isOffered && { isOffered }), run: (row) => void one(row) },
    ],
    bulk: [{ ...shown, run: many }],
  }
}

function Body({ children }: { children: ReactNode }): ReactNode {
  return (
    <Text size="sm" component="div">
      {children}
    </Text>
  )
}

async function runEach<Row>(
  rows: readonly Row[],
  nameOf: (row: Row) => string,
  run: (row: Row) => Promise<unknown>,
): Promise<BulkResults> {
  const results: BulkResults['results'] = []
  for (const row of rows) {
    try {
      await run(row)
      results.push({ id: nameOf(row), status: 'done' })
    } catch (error) {
      results.push({ id: nameOf(row), status: 'refused', reason: told(error).text })
    }
  }
  await queryClient.invalidateQueries()
  return { results }
}
