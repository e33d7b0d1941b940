/** A moment: seconds since 1970 in the contract, date and clock of the browser's time zone for the person. */
import { TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { relativeTime } from '../show/time.tsx'
import { type FieldProps, useField } from './fields.tsx'
import styles from './form.module.css'

export function TimeField(props: FieldProps): ReactNode {
  const { value, change, leave, ref, common, empty, isFixed } = useField(props)
  const seconds = typeof value === 'number' ? value : undefined
  return (
    <TextInput
      {...common}
      ref={ref}
      type="datetime-local"
      value={seconds === undefined ? '' : localClock(seconds)}
      onChange={(event) => change(secondsAt(event.currentTarget.value) ?? empty)}
      onBlur={leave}
      readOnly={isFixed}
      maw={360}
      rightSectionWidth={120}
      rightSection={<span className={styles.beside}>{seconds === undefined ? '' : relativeTime(seconds)}</span>}
    />
  )
}

/** `2026-11-21T09:30`, as the browser's field wants it. */
function localClock(seconds: number): string {
  const at = new Date(seconds * 1000)
  const two = (number: number) => String(number).padStart(2, '0')
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`
}

function secondsAt(typed: string): number | undefined {
  const at = new Date(typed).getTime()
  return Number.isNaN(at) ? undefined : Math.floor(at / 1000)
}
