/** A list of texts, one to a row: Add, paste many lines, and each row checked by the contract when it is left. */
import { ActionIcon, Button, TextInput } from '@mantine/core'
import { Plus, X } from 'lucide-react'
import { type ReactNode, useRef, useState } from 'react'
import { useFormContext } from 'react-hook-form'
import { z } from 'zod'
import { sentence } from '../show/text.ts'
import { type FieldProps, useField } from './fields.tsx'
import styles from './form.module.css'

interface ListFieldProps extends FieldProps {
  readonly placeholder?: string
  /** `Add redirect URI`. */
  readonly addLabel: string
  /** Puts a line as it will be saved, with what is said about it: `{ value, note: 'The slash at the end is not part of an origin.' }`. */
  readonly tidy?: (line: string) => { readonly value: string; readonly note?: string }
}

export function ListField({ placeholder, addLabel, tidy = plain, ...props }: ListFieldProps): ReactNode {
  const { value, change, leave, isFixed, schema } = useField(props)
  const rows = (value as readonly string[] | null | undefined) ?? []
  const errors = useRowErrors(props.name)
  const [note, setNote] = useState<{ readonly index: number; readonly text: string | undefined }>()
  const place = useRef<HTMLFieldSetElement>(null)
  const put = (next: readonly string[]) => {
    setNote(undefined)
    change(next)
  }
  const addAfter = (index: number) => {
    put(rows.toSpliced(index + 1, 0, ''))
    requestAnimationFrame(() => place.current?.querySelectorAll<HTMLInputElement>('input')[index + 1]?.focus())
  }
  return (
    <fieldset ref={place} className={styles.group} data-field={props.name}>
      <legend className={styles.legend}>{props.label}</legend>
      {props.hint !== undefined && <p className={styles.hint}>{props.hint}</p>}
      <div className={styles.rows}>
        {rows.map((row, index) => (
          <Row
            key={index}
            row={row}
            label={`${props.label} ${index + 1}`}
            placeholder={placeholder}
            isFixed={isFixed}
            error={errors.row(index) ?? complaintOf(schema, row)}
            note={note?.index === index ? note.text : undefined}
            onType={(typed) => put(rows.with(index, typed))}
            onPaste={(lines) => put(rows.toSpliced(index, 1, ...lines.map((line) => tidy(line).value)))}
            onLeave={(typed) => {
              const tidied = tidy(typed.trim())
              if (tidied.value !== typed) change(rows.with(index, tidied.value))
              setNote({ index, text: tidied.note })
              leave()
            }}
            onEnter={() => addAfter(index)}
            onRemove={() => put(rows.toSpliced(index, 1))}
          />
        ))}
        {errors.whole !== undefined && <p className={styles.wrong}>{errors.whole}</p>}
        {isFixed && rows.length === 0 && <p className={styles.hint}>None</p>}
        {!isFixed && (
          <Button
            variant="default"
            className={styles.add}
            leftSection={<Plus size={14} aria-hidden />}
            onClick={() => addAfter(rows.length - 1)}
          >
            {addLabel}
          </Button>
        )}
      </div>
    </fieldset>
  )
}

interface RowProps {
  readonly row: string
  readonly label: string
  readonly placeholder: string | undefined
  readonly isFixed: boolean
  readonly error: string | undefined
  readonly note: string | undefined
  readonly onType: (typed: string) => void
  /** Two lines and more: they take the place of the row. */
  readonly onPaste: (lines: readonly string[]) => void
  readonly onLeave: (typed: string) => void
  readonly onEnter: () => void
  readonly onRemove: () => void
}

function Row({ row, label, placeholder, isFixed, error, note, ...on }: RowProps): ReactNode {
  return (
    <div className={styles.row}>
      <TextInput
        aria-label={label}
        value={row}
        readOnly={isFixed}
        placeholder={isFixed ? undefined : placeholder}
        error={error}
        description={note}
        inputWrapperOrder={['input', 'error', 'description']}
        onChange={(event) => on.onType(event.currentTarget.value)}
        onPaste={(event) => {
          const lines = linesOf(event.clipboardData.getData('text'))
          if (lines.length < 2) return
          event.preventDefault()
          on.onPaste(lines)
        }}
        onBlur={(event) => on.onLeave(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return
          event.preventDefault()
          on.onEnter()
        }}
        spellCheck={false}
        autoComplete="off"
      />
      {!isFixed && (
        <ActionIcon size={30} aria-label={`Remove ${row === '' ? label : row}`} onClick={on.onRemove}>
          <X size={15} aria-hidden />
        </ActionIcon>
      )}
    </div>
  )
}

function plain(line: string): { value: string } {
  return { value: line }
}

/** One to a line, or with commas or spaces between them. */
export function linesOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((line) => line !== '')
}

/** What is said of the list as a whole, and of each row. */
export function useRowErrors(name: string): { whole: string | undefined; row: (index: number) => string | undefined } {
  const { formState } = useFormContext()
  const error = formState.errors[name] as
    | { message?: string }
    | readonly ({ message?: string } | undefined)[]
    | undefined
  if (Array.isArray(error)) {
    return { whole: undefined, row: (index) => (error[index] as { message?: string } | undefined)?.message }
  }
  return { whole: (error as { message?: string } | undefined)?.message, row: () => undefined }
}

/** What the contract has against one row; an empty one is still being typed. */
function complaintOf(schema: z.ZodType | undefined, row: string): string | undefined {
  const element = elementOf(schema)
  if (row === '' || element === undefined) return undefined
  const result = element.safeParse(row)
  return result.success ? undefined : sentence(result.error.issues[0]?.message ?? 'that does not fit')
}

function elementOf(schema: unknown): z.ZodType | undefined {
  if (schema instanceof z.ZodArray) return schema.element as z.ZodType
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return elementOf(schema.unwrap())
  return undefined
}
