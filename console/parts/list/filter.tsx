/** The filter below a header: applied on Enter and on leaving the field; Escape takes back what was typed. */
import { NativeSelect, TextInput, Tooltip } from '@mantine/core'
import { type KeyboardEvent, lazy, type ReactNode, Suspense, useState } from 'react'
import type { Operation } from '#contract/operation.ts'
import { useTyped } from '../person/use-typed.ts'
import { queryOf, shownQuery } from './asked.ts'
import { type Column, complaint } from './column.ts'
import styles from './list.module.css'

const Calendar = lazy(async () => ({ default: (await import('./calendar.tsx')).Calendar }))

interface FilterProps<Row> {
  readonly column: Column<Row>
  readonly operation: Operation
  /** As the management API takes it; empty: not set. */
  readonly value: string
  readonly onChange: (value: string) => void
}

export function Filter<Row>(props: FilterProps<Row>): ReactNode {
  const { column } = props
  if (column.kind === 'flag') {
    const [yes, no] = column.words ?? ['Yes', 'No']
    const options = [
      { value: 'true', label: yes },
      { value: 'false', label: no },
    ]
    return <ChoiceFilter {...props} options={options} />
  }
  if (column.options) return <ChoiceFilter {...props} options={column.options} />
  return <TextFilter {...props} />
}

type Options = NonNullable<Column<unknown>['options']>

function ChoiceFilter<Row>({ column, value, onChange, options }: FilterProps<Row> & { options: Options }): ReactNode {
  return (
    <NativeSelect
      className={styles.filter}
      aria-label={`Filter by ${column.title}`}
      data-set={value !== '' || undefined}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={[{ value: '', label: 'All' }, ...options]}
    />
  )
}

const examples: Readonly<Record<string, string>> = {
  number: 'n, >n, a..b',
  duration: '>1h, 60..3600',
  time: 'date, >date, Unix',
  time_ms: 'date, >date, Unix',
}

function TextFilter<Row>({ column, operation, value, onChange }: FilterProps<Row>): ReactNode {
  const { kind } = column
  const shown = shownQuery(kind, value)
  const [typed, setTyped] = useTyped(shown)
  /** The text that was refused. */
  const [wrong, setWrong] = useState<string>()
  const isWrong = wrong === typed
  const apply = (text: string) => {
    if (text === shown) return
    const query = queryOf(kind, text)
    const isRefused = query === undefined || (query !== '' && complaint(operation, column.id, query) !== undefined)
    if (isRefused) setWrong(text)
    else onChange(query)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') apply(typed)
    if (event.key === 'Escape') setTyped(shown)
  }
  const isTime = kind === 'time' || kind === 'time_ms'
  const whatIsWrong = examples[kind] === undefined ? 'Too long' : `Not understood. Examples: ${examples[kind]}`
  return (
    <Tooltip label={whatIsWrong} opened={isWrong} color="red" position="bottom">
      <TextInput
        className={styles.filter}
        aria-label={`Filter by ${column.title}`}
        data-set={value !== '' || undefined}
        // For the eye it stands below the field, above the rows.
        error={isWrong && whatIsWrong}
        errorProps={{ className: styles.hidden ?? '', role: 'alert' }}
        placeholder={examples[kind]}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onBlur={() => apply(typed)}
        onKeyDown={onKeyDown}
        spellCheck={false}
        autoComplete="off"
        {...(isTime && {
          rightSection: (
            <Suspense>
              <Calendar title={column.title} onChoose={(text) => onChange(queryOf(kind, text) ?? '')} />
            </Suspense>
          ),
        })}
      />
    </Tooltip>
  )
}
