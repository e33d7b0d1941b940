/** Some of a few: a box to tick for each, with a sentence on what it is for. */
import { Checkbox, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { type FieldProps, type Option, useField } from './fields.tsx'
import styles from './form.module.css'

export interface Choice extends Option {
  readonly hint?: ReactNode
}

interface ChoicesFieldProps extends FieldProps {
  readonly choices: readonly Choice[]
}

/** Kept in the order of the choices; what is stored and not among them stays, and can be taken away. */
export function ChoicesField({ choices, ...props }: ChoicesFieldProps): ReactNode {
  const { value, change, leave, isFixed, common } = useField(props)
  const chosen = (value as readonly string[] | undefined) ?? []
  const known = choices.map((choice) => choice.value)
  const strange = chosen.filter((one) => !known.includes(one))
  const toggle = (one: string, isOn: boolean) => {
    const next = new Set(chosen)
    if (isOn) next.add(one)
    else next.delete(one)
    change([...known, ...strange].filter((each) => next.has(each)))
    leave()
  }
  return (
    <fieldset className={styles.group} data-field={props.name}>
      <legend className={styles.legend}>{props.label}</legend>
      {props.hint !== undefined && <p className={styles.hint}>{props.hint}</p>}
      <Stack gap="xs" mt={8}>
        {[...choices, ...strange.map((one): Choice => ({ value: one, label: one }))].map((choice) => (
          <Checkbox
            key={choice.value}
            name={props.name}
            value={choice.value}
            label={choice.label}
            description={choice.hint}
            checked={chosen.includes(choice.value)}
            disabled={isFixed}
            onChange={(event) => toggle(choice.value, event.currentTarget.checked)}
          />
        ))}
      </Stack>
      {common.error !== undefined && <p className={styles.wrong}>{common.error}</p>}
    </fieldset>
  )
}
