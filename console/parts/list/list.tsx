/**
 * The list: what administrators live in. Declared by its columns and the contract's list operation; filters, sort and
 * pages are done by the server and stand in the address. Owns: everything between the toolbar and the page numbers.
 * Does not own: what a column says, and what an action does.
 */
import { Button } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { lazy, type ReactNode, type RefObject, Suspense, useCallback, useMemo, useRef, useState } from 'react'
import type { Input, Operation } from '#contract/operation.ts'
import { usePreference } from '../person/preferences.ts'
import { Empty } from '../show/empty.tsx'
import { ProblemAlert } from '../show/problem.tsx'
import type { Noun } from '../show/text.ts'
import type { BulkAction, RowAction, Target } from './action.ts'
import { useAside } from './aside.ts'
import { type Column, isSearchable, type RowOf } from './column.ts'
import { ExportMenu } from './export-menu.tsx'
import { Foot, lastPage, pageText } from './foot.tsx'
import { Head } from './head.tsx'
import { useListKeys } from './keys.ts'
import styles from './list.module.css'
import { type ListData, useListData } from './list-data.ts'
import { type ListState, useListState } from './list-state.ts'
import type { MenuPlace, RowMenu as RowMenuType } from './row-menu.tsx'
import { Rows } from './rows.tsx'
import { type Selection, useSelection } from './selection.ts'
import { BulkBar, ClearFilters, ColumnsMenu, RefreshButton, SearchField } from './toolbar.tsx'

export interface ListProps<O extends Operation> {
  /** `clients`: what the person's choice of columns is kept under. */
  readonly name: string
  readonly noun: Noun
  readonly operation: O
  readonly params: Input<O>['params']
  /** The first one is the row's name: its link, and never hidden. */
  readonly columns: readonly Column<RowOf<O>>[]
  readonly idOf: (row: RowOf<O>) => string
  /** For labels; absent: the id. */
  readonly nameOf?: (row: RowOf<O>) => string
  /** Where the name leads, and Enter; undefined for a row that has no page of its own. */
  readonly open?: (row: RowOf<O>) => Target | undefined
  /** Where the pencil leads, and `e`; undefined for a row that cannot be edited. */
  readonly edit?: (row: RowOf<O>) => Target | undefined
  readonly actions?: readonly RowAction<RowOf<O>>[]
  /** Absent or empty: rows cannot be chosen. */
  readonly bulk?: readonly BulkAction<RowOf<O>>[]
  /** The button at the right end of the toolbar. */
  readonly create?: ReactNode
  /** What stands here while there is nothing at all. */
  readonly empty: { readonly title: string; readonly text: string; readonly action?: ReactNode }
}

const none: readonly never[] = []

/** Nobody needs it before the rows are there. */
const RowMenu = lazy(async () => ({ default: (await import('./row-menu.tsx')).RowMenu })) as typeof RowMenuType

export function List<O extends Operation>(props: ListProps<O>): ReactNode {
  const { name, noun, operation, params, columns, idOf, bulk = none } = props
  const state = useListState(operation)
  const { query } = state
  const data = useListData(operation, params, query, state)
  const shown = useShownColumns(name, columns)
  const shownIds = shown.columns.map(({ id }) => id)
  const selection = useSelection(idOf, JSON.stringify([params, query]))
  const place = useRef<HTMLElement>(null)
  const refresh = () => void data.refresh()
  return (
    <section ref={place} className={styles.list} aria-label={noun.many}>
      <div className={styles.toolbar}>
        {isSearchable(operation) && <SearchField state={state} noun={noun} />}
        <ClearFilters state={state} />
        <div className={styles.tools}>
          <ColumnsMenu columns={columns} shown={shownIds} onChange={shown.change} />
          <RefreshButton isBusy={data.isBusy} onRefresh={refresh} />
          <ExportMenu
            wanted={{ operation, params: params as Record<string, string>, query, columns: shownIds }}
            total={data.total}
            onPage={data.rows.length}
            page={{ page: state.page, page_size: Number(state.pageSize) }}
            selected={selection.rows.map(idOf)}
            noun={noun}
          />
          {props.create}
        </div>
      </div>
      <BulkBar selection={selection} actions={bulk} noun={noun} />
      {data.error !== null && <ProblemAlert error={data.error} onRetry={refresh} />}
      <Table of={props} state={state} data={data} columns={shown.columns} selection={selection} place={place} />
      <Foot state={state} total={data.total} isLowerBound={data.isLowerBound} isLoading={data.isLoading} noun={noun} />
    </section>
  )
}

interface TableProps<O extends Operation> {
  readonly of: ListProps<O>
  readonly state: ListState
  readonly data: ListData<RowOf<O>>
  readonly columns: readonly Column<RowOf<O>>[]
  readonly selection: Selection<RowOf<O>>
  readonly place: RefObject<HTMLElement | null>
}

function Table<O extends Operation>({ of, state, data, columns, selection, place }: TableProps<O>): ReactNode {
  const { noun, operation, idOf, nameOf = idOf, bulk = none, actions = none, open, edit } = of
  const scroller = useRef<HTMLDivElement>(null)
  const table = useTable(of, place, data, selection)
  useAside(scroller)
  const common = {
    columns,
    idOf,
    selection: bulk.length > 0 ? selection : undefined,
    hasActions: edit !== undefined || actions.length > 0,
  }
  return (
    <div ref={scroller} className={styles.scroller}>
      <table className={styles.table} aria-rowcount={data.total} aria-busy={data.isLoading}>
        <caption className={styles.hidden}>{noun.many}</caption>
        <Head {...common} operation={operation} state={state} rows={table.present} />
        <Rows
          {...common}
          rows={data.rows}
          nameOf={nameOf}
          open={open}
          edit={edit}
          active={table.active}
          onActive={table.setActive}
          onMenu={table.openMenu}
          scroller={scroller}
        />
      </table>
      {!data.isLoading && data.error === null && data.rows.length === 0 && (
        <div className={styles.none}>
          <NoRows of={of} state={state} total={data.total} />
        </div>
      )}
      <Suspense>
        <RowMenu
          place={table.menu}
          onClose={table.closeMenu}
          name={table.menu ? nameOf(table.menu.row) : ''}
          open={table.menu && open?.(table.menu.row)}
          edit={table.menu && edit?.(table.menu.row)}
          actions={actions}
        />
      </Suspense>
    </div>
  )
}

interface NoRowsProps<O extends Operation> {
  readonly of: ListProps<O>
  readonly state: ListState
  readonly total: number
}

/** Nothing at all yet, nothing that fits, or a page behind the last: its rows may just have been deleted. */
function NoRows<O extends Operation>({ of: { empty, noun }, state, total }: NoRowsProps<O>): ReactNode {
  if (total > 0) {
    return (
      <Empty title={`There is no page ${state.page}`} text="The list has become shorter, or the address is wrong.">
        <Button variant="default" onClick={() => state.change({ page: pageText(lastPage(state, total)) })}>
          To the last page
        </Button>
      </Empty>
    )
  }
  const isAsking = Object.keys(state.filters).length > 0 || state.search !== ''
  if (!isAsking) {
    return (
      <Empty title={empty.title} text={empty.text}>
        {empty.action}
      </Empty>
    )
  }
  return (
    <Empty title={`No ${noun.one} fits`} text="No row has what the search and the filters ask for.">
      <Button variant="default" onClick={state.clearFilters}>
        Clear filters
      </Button>
    </Empty>
  )
}

/** What the rows and the keys share: which row is meant, and the menu that is open. */
function useTable<O extends Operation>(
  { open, edit, actions = none, bulk = none }: ListProps<O>,
  place: RefObject<HTMLElement | null>,
  data: ListData<RowOf<O>>,
  selection: Selection<RowOf<O>>,
) {
  type Row = RowOf<O>
  const navigate = useNavigate()
  const [active, setActive] = useState(-1)
  const [menu, setMenu] = useState<MenuPlace<Row>>()
  const row = data.rows[active]
  const go = (target: Target | undefined) => void (target && navigate(target as never))
  useListKeys(place, {
    count: data.rows.length,
    active,
    move: (index) => {
      setActive(index)
      // The row may only now come into the page.
      requestAnimationFrame(() => place.current?.querySelector<HTMLElement>(`tr[data-row="${index}"]`)?.focus())
    },
    select: () => row !== undefined && bulk.length > 0 && selection.toggle(row),
    open: () => row !== undefined && go(open?.(row)),
    edit: () => row !== undefined && go(edit?.(row)),
    remove: () => {
      const action = actions.find(({ key }) => key === 'Delete')
      if (row !== undefined && (action?.isOffered?.(row) ?? true)) action?.run(row)
    },
    refresh: () => void data.refresh(),
  })
  const openMenu = useCallback(
    (of: Row, at: { x: number; y: number; from: HTMLElement | null }) => setMenu({ row: of, ...at }),
    [],
  )
  const present = data.rows.filter((one): one is Row => one !== undefined)
  return { active, setActive, menu, openMenu, closeMenu: () => setMenu(undefined), present }
}

function useShownColumns<Row>(name: string, columns: readonly Column<Row>[]) {
  const [chosen, setChosen] = usePreference<readonly string[] | null>(`columns.${name}`, null)
  const shown = useMemo(
    () => columns.filter(({ id, isOptional }, index) => index === 0 || (chosen?.includes(id) ?? !isOptional)),
    [columns, chosen],
  )
  return { columns: shown, change: (ids: readonly string[]) => setChosen(ids) }
}
