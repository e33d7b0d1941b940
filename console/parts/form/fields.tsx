/** Fields of a form, each bound to the contract's field of its name. */
import './field-styles.ts'
import { MultiSelect, NativeSelect, NumberInput, PasswordInput, Switch, Textarea, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { useController } from 'react-hook-form'
import type { z } from 'zod'
import { useTyped } from '../person/use-typed.ts'
import { duration, secondsOf } from '../show/text.ts'
import styles from './form.module.css'
import { useFormPlace } from './form-place.tsx'

export interface FieldProps {
  /** The field's name in the contract. */
  readonly name: string
  readonly label: string
  readonly hint?: ReactNode
  readonly isRequired?: boolean
  /** For this field alone: fixed after creation, or of a built-in object. */
  readonly isReadOnly?: boolean
}

/** What every field has in common. A name that the contract does not know is a bug, and found at the first look. */
export function useField({ name, label, hint, isRequired = false, isReadOnly = false }: FieldProps) {
  const place = useFormPlace()
  const schema = place.schema.shape[name] as z.ZodType | undefined
  const { field, fieldState } = useController({ name })
  const isFixed = isReadOnly || place.isReadOnly
  return {
    schema,
    value: field.value as unknown,
    change: field.onChange as (value: unknown) => void,
    leave: field.onBlur,
    /** Where the focus goes when something is wrong here. */
    ref: field.ref,
    isFixed,
    /** What an empty field means: the contract takes `''`, `null` or nothing. */
    empty: isRequired ? '' : (['', null] as const).find((nothing) => schema?.safeParse(nothing).success),
    common: {
      label,
      description: hint,
      error: fieldState.error?.message,
      withAsterisk: isRequired,
      name,
      'data-field': name,
    },
  }
}

interface TextFieldProps extends FieldProps {
  readonly placeholder?: string
  readonly isSecret?: boolean
  readonly isMono?: boolean
}

export function TextField({ placeholder, isSecret = false, isMono = false, ...props }: TextFieldProps): ReactNode {
  const { value, change, leave, ref, common, empty, isFixed } = useField(props)
  const Input = isSecret ? PasswordInput : TextInput
  return (
    <Input
      {...common}
      ref={ref}
      value={(value as string | null | undefined) ?? ''}
      onChange={(event) => change(event.currentTarget.value === '' ? empty : event.currentTarget.value)}
      onBlur={leave}
      readOnly={isFixed}
      placeholder={isFixed ? undefined : placeholder}
      required={props.isRequired ?? false}
      spellCheck={false}
      autoComplete={isSecret ? 'new-password' : 'off'}
      dir="auto"
      // A password's input is wrapped once more, and the mark stays on the wrapping.
      {...(isSecret && { 'aria-invalid': common.error !== undefined })}
      {...(isMono && { styles: { input: { fontFamily: 'var(--mantine-font-family-monospace)' } } })}
    />
  )
}

export function TextareaField({ rows = 2, ...props }: FieldProps & { rows?: number }): ReactNode {
  const { value, change, leave, ref, common, empty, isFixed } = useField(props)
  return (
    <Textarea
      {...common}
      ref={ref}
      value={(value as string | null | undefined) ?? ''}
      onChange={(event) => change(event.currentTarget.value === '' ? empty : event.currentTarget.value)}
      onBlur={leave}
      readOnly={isFixed}
      rows={rows}
      dir="auto"
    />
  )
}

export function NumberField({ suffix, ...props }: FieldProps & { suffix?: string }): ReactNode {
  const { value, change, leave, ref, common, isFixed } = useField(props)
  return (
    <NumberInput
      {...common}
      ref={ref}
      value={(value as number | null | undefined) ?? ''}
      onChange={(typed) => change(typed === '' ? null : Number(typed))}
      onBlur={leave}
      readOnly={isFixed}
      allowDecimal={false}
      maw={220}
      {...(suffix !== undefined && { suffix: ` ${suffix}` })}
    />
  )
}

interface DurationFieldProps extends FieldProps {
  /** What holds while the field is empty: `{ says: 'as the realm', seconds: 43200 }`. */
  readonly inherits?: { readonly says: string; readonly seconds?: number | undefined }
}

/** Seconds, with what they are in words beside them; `1h` and `30m` are understood. */
export function DurationField({ inherits, ...props }: DurationFieldProps): ReactNode {
  const { value, change, leave, ref, common, isFixed } = useField(props)
  const [typed, setTyped] = useTyped(shownSeconds(value))
  const seconds = typed.trim() === '' ? undefined : secondsOf(typed)
  const inherited =
    inherits && `${inherits.says}${inherits.seconds === undefined ? '' : ` (${duration(inherits.seconds)})`}`
  const apply = () => {
    // What is no duration stays as it was typed, and the contract says what is wrong with it.
    change(typed.trim() === '' ? null : (seconds ?? typed))
    leave()
  }
  return (
    <TextInput
      {...common}
      ref={ref}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={apply}
      onKeyDown={(event) => event.key === 'Enter' && apply()}
      readOnly={isFixed}
      inputMode="numeric"
      autoComplete="off"
      maw={320}
      rightSectionWidth={170}
      rightSection={
        <span className={styles.beside}>
          {seconds === undefined ? (typed === '' ? inherited : '') : duration(seconds)}
        </span>
      }
      placeholder={inherits === undefined ? 'seconds, or 1h' : 'inherited'}
    />
  )
}

/** What is no number is text that the contract refuses. */
function shownSeconds(value: unknown): string {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' ? value : ''
}

export function SwitchField(props: FieldProps): ReactNode {
  const { value, change, leave, ref, common, isFixed } = useField(props)
  return (
    <Switch
      {...common}
      ref={ref}
      checked={value === true}
      onChange={(event) => change(event.currentTarget.checked)}
      onBlur={leave}
      disabled={isFixed}
    />
  )
}

export interface Option {
  readonly value: string
  readonly label: string
}

interface SelectFieldProps extends FieldProps {
  readonly options: readonly Option[]
  /** A first choice that means null: `As the realm`. */
  readonly none?: string
}

export function SelectField({ options, none, ...props }: SelectFieldProps): ReactNode {
  const { value, change, leave, ref, common, isFixed } = useField(props)
  return (
    <NativeSelect
      {...common}
      ref={ref}
      value={(value as string | null | undefined) ?? ''}
      onChange={(event) => change(event.currentTarget.value === '' ? null : event.currentTarget.value)}
      onBlur={leave}
      disabled={isFixed}
      data={[...(none === undefined ? [] : [{ value: '', label: none }]), ...options]}
      maw={320}
    />
  )
}

/**
 * Some of a known set; `separator` where the contract keeps them as one text, as scopes are; `isNullWhenEmpty` where
 * none of them means that nothing is said, and not that none is meant.
 */
export function MultiSelectField({
  options,
  separator,
  isNullWhenEmpty = false,
  ...props
}: FieldProps & { options: readonly Option[]; separator?: string; isNullWhenEmpty?: boolean }): ReactNode {
  const { value, change, leave, ref, common, isFixed } = useField(props)
  const stored = value as readonly string[] | string | null | undefined
  const chosen =
    typeof stored === 'string' ? stored.split(separator ?? ' ').filter((part) => part !== '') : (stored ?? [])
  const known = new Set(options.map((option) => option.value))
  const strange = chosen.filter((one) => !known.has(one)).map((one) => ({ value: one, label: one }))
  return (
    <MultiSelect
      {...common}
      ref={ref}
      value={[...chosen]}
      onChange={(values) =>
        change(
          isNullWhenEmpty && values.length === 0 ? null : separator === undefined ? values : values.join(separator),
        )
      }
      onBlur={leave}
      disabled={isFixed}
      data={[...options, ...strange]}
      searchable
      hidePickedOptions
      nothingFoundMessage="Nothing has that in its name"
      comboboxProps={{ shadow: 'md' }}
    />
  )
}
