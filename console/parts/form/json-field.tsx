/** A field whose value is a JSON document: a key set, a template. */
import { Textarea } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { type FieldProps, useField } from './fields.tsx'

interface JsonFieldProps extends FieldProps {
  readonly rows?: number
  readonly placeholder?: string
}

/** Text that is no JSON stays as it was typed, and the contract says that it does not fit. */
export function JsonField({ rows = 6, placeholder, ...props }: JsonFieldProps): ReactNode {
  const { value, change, leave, ref, common, empty, isFixed } = useField(props)
  const [typed, setTyped] = useState<{ readonly text: string; readonly value: unknown }>()
  // When the value was changed from elsewhere, what was typed is no longer it.
  const shown = typed !== undefined && typed.value === value ? typed.text : textOf(value)
  return (
    <Textarea
      {...common}
      ref={ref}
      value={shown}
      onChange={(event) => {
        const text = event.currentTarget.value
        const next = text.trim() === '' ? empty : parsed(text)
        setTyped({ text, value: next })
        change(next)
      }}
      onBlur={leave}
      readOnly={isFixed}
      rows={rows}
      placeholder={isFixed ? undefined : placeholder}
      spellCheck={false}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: '0.8125rem' } }}
    />
  )
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
