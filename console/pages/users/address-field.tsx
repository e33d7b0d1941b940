/** A postal address: one value of the contract, in several fields (OpenID Connect Core §5.1.1). */
import { Textarea, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { type FieldProps, useField } from '../../parts/form/fields.tsx'
import { sentence } from '../../parts/show/text.ts'

const members = [
  ['street_address', 'Street'],
  ['postal_code', 'Postal code'],
  ['locality', 'Town'],
  ['region', 'Region'],
  ['country', 'Country'],
  ['formatted', 'As on an envelope'],
] as const

type Address = Readonly<Record<string, string | null>>

export function AddressField(props: FieldProps): ReactNode {
  const { value, change, leave, schema, isFixed } = useField(props)
  const address = (value ?? {}) as Address
  const type = (member: string, typed: string) => {
    const next = { ...address, [member]: typed === '' ? null : typed }
    const isEmpty = Object.values(next).every((part) => part === null)
    // Where something new is made nothing is to be taken away: a member without a value is not there.
    const mayRemove = schema?.safeParse({ [member]: null }).success === true
    const kept = Object.fromEntries(Object.entries(next).filter(([, part]) => mayRemove || part !== null))
    change(isEmpty ? null : kept)
  }
  const complaint = (member: string) => {
    const part = address[member]
    if (part === undefined || part === null) return undefined
    const result = schema?.safeParse({ [member]: part })
    return result === undefined || result.success ? undefined : sentence(result.error.issues[0]?.message ?? '')
  }
  return members.map(([member, label]) => {
    const Input = member === 'formatted' ? Textarea : TextInput
    return (
      <Input
        key={member}
        label={label}
        value={address[member] ?? ''}
        onChange={(event) => type(member, event.currentTarget.value)}
        onBlur={leave}
        error={complaint(member)}
        readOnly={isFixed}
        autoComplete="off"
        dir="auto"
      />
    )
  })
}
