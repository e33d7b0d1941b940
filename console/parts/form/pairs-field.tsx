/** Rows of a name and a value each, with Add: parameters and headers. What else a row says is handed in. */
import { ActionIcon, Button, PasswordInput, TextInput } from '@mantine/core'
import { Plus, X } from 'lucide-react'
import { type ReactNode, useRef } from 'react'
import { type FieldProps, useField } from './fields.tsx'
import styles from './form.module.css'
import { useRowErrors } from './list-field.tsx'
import pairs from './pairs-field.module.css'

export interface Pair {
  readonly name: string
  /** Null: stored, and not shown. */
  readonly value?: string | null | undefined
  readonly secret?: boolean | undefined
}

interface PairsFieldProps<P extends Pair> extends FieldProps {
  /** `Add query parameter`. */
  readonly addLabel: string
  readonly newRow: P
  /** What a row says besides name and value. */
  readonly rest?: (row: P, label: string, change: (row: P) => void, isFixed: boolean) => ReactNode
}

export function PairsField<P extends Pair>({ addLabel, newRow, rest, ...props }: PairsFieldProps<P>): ReactNode {
  const { value, change, leave, isFixed } = useField(props)
  const rows = (value as readonly P[] | null | undefined) ?? []
  const errors = useRowErrors(props.name)
  const place = useRef<HTMLFieldSetElement>(null)
  const add = () => {
    change([...rows, newRow])
    requestAnimationFrame(() =>
      place.current?.querySelector<HTMLInputElement>('[data-row]:last-of-type input')?.focus(),
    )
  }
  return (
    <fieldset ref={place} className={styles.group} data-field={props.name}>
      <legend className={styles.legend}>{props.label}</legend>
      {props.hint !== undefined && <p className={styles.hint}>{props.hint}</p>}
      <div className={styles.rows}>
        {rows.map((row, index) => {
          const label = `${props.label} ${index + 1}`
          const put = (next: P) => change(rows.with(index, next))
          const error = errors.row(index)
          return (
            <div key={index} data-row className={pairs.pair}>
              <TextInput
                aria-label={`${label}: name`}
                placeholder="Name"
                value={row.name}
                readOnly={isFixed}
                error={error !== undefined}
                onChange={(event) => put({ ...row, name: event.currentTarget.value })}
                onBlur={leave}
                spellCheck={false}
                autoComplete="off"
              />
              <ValueInput
                row={row}
                label={label}
                isFixed={isFixed}
                onChange={(typed) => put({ ...row, value: typed })}
              />
              {rest?.(row, label, put, isFixed)}
              {!isFixed && (
                <ActionIcon
                  size={30}
                  aria-label={`Remove ${row.name === '' ? label : row.name}`}
                  onClick={() => change(rows.toSpliced(index, 1))}
                >
                  <X size={15} aria-hidden />
                </ActionIcon>
              )}
              {error !== undefined && <p className={styles.wrong}>{error}</p>}
            </div>
          )
        })}
        {errors.whole !== undefined && <p className={styles.wrong}>{errors.whole}</p>}
        {isFixed && rows.length === 0 && <p className={styles.hint}>None</p>}
        {!isFixed && (
          <Button variant="default" className={styles.add} leftSection={<Plus size={14} aria-hidden />} onClick={add}>
            {addLabel}
          </Button>
        )}
      </div>
    </fieldset>
  )
}

interface ValueInputProps {
  readonly row: Pair
  readonly label: string
  readonly isFixed: boolean
  readonly onChange: (typed: string) => void
}

function ValueInput({ row, label, isFixed, onChange }: ValueInputProps): ReactNode {
  const Input = row.secret === true ? PasswordInput : TextInput
  return (
    <Input
      aria-label={`${label}: value`}
      placeholder={row.secret === true && row.value === null ? 'stored' : 'Value'}
      value={row.value ?? ''}
      readOnly={isFixed}
      onChange={(event) => onChange(event.currentTarget.value)}
      spellCheck={false}
      autoComplete={row.secret === true ? 'new-password' : 'off'}
    />
  )
}
