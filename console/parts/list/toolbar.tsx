/** Above the list: search, what is filtered, columns, Refresh, Export, New; and what to do with the chosen rows. */
import { ActionIcon, Button, CloseButton, Menu, TextInput, Tooltip } from '@mantine/core'
import { Columns3, FilterX, RefreshCw, Search } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTyped } from '../person/use-typed.ts'
import { count, type Noun } from '../show/text.ts'
import type { BulkAction } from './action.ts'
import type { Column } from './column.ts'
import styles from './list.module.css'
import type { ListState } from './list-state.ts'
import type { Selection } from './selection.ts'

interface SearchFieldProps {
  readonly state: ListState
  readonly noun: Noun
}

/** Applied on Enter and on leaving the field, like the filters. */
export function SearchField({ state, noun }: SearchFieldProps): ReactNode {
  const [typed, setTyped] = useTyped(state.search)
  const apply = (text: string) => {
    if (text.trim() !== state.search) state.change({ search: text.trim() })
  }
  return (
    <TextInput
      type="search"
      className={styles.search}
      aria-label={`Search ${noun.many}`}
      placeholder={`Search ${noun.many}`}
      data-list-search
      leftSection={<Search size={15} aria-hidden />}
      rightSection={
        typed !== '' && (
          <CloseButton
            size={24}
            aria-label="Clear the search"
            onClick={() => {
              setTyped('')
              apply('')
            }}
          />
        )
      }
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={() => apply(typed)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') apply(typed)
        if (event.key === 'Escape') setTyped(state.search)
      }}
      spellCheck={false}
      autoComplete="off"
    />
  )
}

export function ClearFilters({ state }: { state: ListState }): ReactNode {
  const set = Object.keys(state.filters).length + (state.search === '' ? 0 : 1)
  if (set === 0) return null
  return (
    <Button variant="subtle" leftSection={<FilterX size={15} aria-hidden />} onClick={state.clearFilters}>
      Clear {set === 1 ? 'filter' : `${set} filters`}
    </Button>
  )
}

interface ColumnsMenuProps<Row> {
  readonly columns: readonly Column<Row>[]
  readonly shown: readonly string[]
  readonly onChange: (shown: readonly string[]) => void
}

export function ColumnsMenu<Row>({ columns, shown, onChange }: ColumnsMenuProps<Row>): ReactNode {
  return (
    <Menu closeOnItemClick={false} position="bottom-end" width={220}>
      <Menu.Target>
        <Tooltip label="Columns">
          <ActionIcon variant="default" size={30} aria-label="Columns">
            <Columns3 size={15} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown className={styles.columns}>
        {columns.map(({ id, title }, index) => {
          const isShown = shown.includes(id)
          const toggled = columns
            .map((column) => column.id)
            .filter((other) => (other === id ? !isShown : shown.includes(other)))
          return (
            <Menu.CheckboxItem
              key={id}
              checked={isShown}
              // The first column is the row's name.
              disabled={index === 0}
              onChange={() => onChange(toggled)}
            >
              {title}
            </Menu.CheckboxItem>
          )
        })}
        <Menu.Divider />
        <Menu.Item onClick={() => onChange(columns.filter(({ isOptional }) => !isOptional).map(({ id }) => id))}>
          As at first
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

export function RefreshButton({ isBusy, onRefresh }: { isBusy: boolean; onRefresh: () => void }): ReactNode {
  return (
    <Tooltip label="Refresh (r)">
      <ActionIcon variant="default" size={30} aria-label="Refresh" onClick={onRefresh} data-busy={isBusy || undefined}>
        <RefreshCw size={15} aria-hidden className={styles.refresh} />
      </ActionIcon>
    </Tooltip>
  )
}

interface BulkBarProps<Row> {
  readonly selection: Selection<Row>
  readonly actions: readonly BulkAction<Row>[]
  readonly noun: Noun
}

export function BulkBar<Row>({ selection, actions, noun }: BulkBarProps<Row>): ReactNode {
  const [running, setRunning] = useState<string>()
  const chosen = selection.rows.length
  if (chosen === 0) return null
  return (
    <div className={styles.bulk} role="toolbar" aria-label="With the selected rows">
      <strong role="status">{count(chosen, noun)} selected</strong>
      {actions.map(({ label, icon: Icon, isDangerous, run }) => (
        <Button
          key={label}
          variant="default"
          loading={running === label}
          leftSection={<Icon size={15} aria-hidden />}
          {...(isDangerous && { c: 'var(--bad)' })}
          onClick={() => {
            setRunning(label)
            void run(selection.rows)
              .then((isDone) => isDone && selection.clear())
              .finally(() => setRunning(undefined))
          }}
        >
          {label}
        </Button>
      ))}
      <Button variant="subtle" color="gray" onClick={selection.clear}>
        Select none
      </Button>
    </div>
  )
}
