/** Deleting, of one or of many: what breaks is said first, the milder way is offered, and afterwards the way back. */
import { Text } from '@mantine/core'
import { Trash2 } from 'lucide-react'
import type { ReactNode } from 'react'
import type { BulkResults } from '#contract/bulk.ts'
import type { DeletedObject } from '#contract/deleted.ts'
import type { BulkAction } from '../list/action.ts'
import { tellResults } from '../list/bulk.ts'
import { count, type Noun } from '../show/text.ts'
import type { AskedActions } from './ask-first.tsx'
import { confirm } from './confirm.ts'
import { offerRestore } from './restore.ts'

interface Bin {
  readonly realm: string
  readonly kind: DeletedObject['kind']
  /** What a restored one does not have again: `Its password stays dead.` */
  readonly staysDead: string
}

interface Deletion extends Bin {
  /** As people and the recycle bin call it. */
  readonly name: string
  readonly impact: ReactNode
  readonly instead?: { readonly label: string; readonly run: () => Promise<unknown> } | undefined
  readonly run: () => Promise<unknown>
}

/** True when it is gone. */
export async function askToDelete({ name, impact, instead, run, ...bin }: Deletion): Promise<boolean> {
  const isDone = await confirm({
    title: `Delete ${name}?`,
    body: <Text size="sm">{impact} It lies in the recycle bin for 30 days.</Text>,
    confirm: 'Delete',
    isDangerous: true,
    ...(instead && { instead }),
    run,
  })
  if (isDone) offerRestore({ ...bin, names: [name] })
  return isDone
}

interface BulkDeletion<Row> extends Bin {
  readonly noun: Noun
  /** By which the management API knows it, and by which people and the recycle bin do. */
  readonly idOf: (row: Row) => string
  readonly nameOf: (row: Row) => string
  readonly impact: string
  readonly run: (ids: readonly string[]) => Promise<BulkResults>
}

export function bulkDeletion<Row>({ noun, idOf, nameOf, impact, run, ...bin }: BulkDeletion<Row>): BulkAction<Row> {
  return {
    label: 'Delete',
    icon: Trash2,
    isDangerous: true,
    run: async (rows) => {
      let done: readonly string[] = []
      const isDone = await confirm({
        title: `Delete ${count(rows.length, noun)}?`,
        body: <Text size="sm">{impact} They lie in the recycle bin for 30 days.</Text>,
        confirm: `Delete ${count(rows.length, noun)}`,
        isDangerous: true,
        run: async () => {
          done = tellResults(await run(rows.map(idOf)), noun, 'deleted')
        },
      })
      const gone = new Set(done)
      const names = rows.filter((row) => gone.has(idOf(row))).map(nameOf)
      if (names.length > 0) offerRestore({ ...bin, names })
      return isDone
    },
  }
}

interface NamedDeletion<Row> extends Bin {
  readonly noun: Noun
  readonly impact: string
  readonly impactOfMany: string
  readonly one: (row: Row) => Promise<unknown>
  readonly many: (ids: readonly string[]) => Promise<BulkResults>
  readonly onDeleted?: (() => void) | undefined
}

/** Both, of what is known by its name everywhere. */
export function namedDeletion<Row extends { readonly name: string }>(of: NamedDeletion<Row>): AskedActions<Row> {
  const { noun, impact, impactOfMany, one, many, onDeleted, ...bin } = of
  const nameOf = ({ name }: Row) => name
  const ask = async (row: Row) => {
    if (await askToDelete({ ...bin, name: row.name, impact, run: () => one(row) })) onDeleted?.()
  }
  return {
    actions: [{ label: 'Delete', icon: Trash2, isDangerous: true, key: 'Delete', run: (row) => void ask(row) }],
    bulk: [bulkDeletion<Row>({ ...bin, noun, idOf: nameOf, nameOf, impact: impactOfMany, run: many })],
  }
}
