/** Setting a new secret: made here or typed, with a label, an end, and a time in which the ones before it still work. */
import { Button, Group } from '@mantine/core'
import type { ReactNode } from 'react'
import { createSecret } from '#contract/client-secret.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import { useCreateForm } from '../../parts/form/contract-form.ts'
import { DurationField, TextField } from '../../parts/form/fields.tsx'
import { FormDialog } from '../../parts/form/form-dialog.tsx'
import { TimeField } from '../../parts/form/time-field.tsx'

interface NewSecretProps {
  readonly params: { readonly realm: string; readonly client_id: string }
  /** Whether there are secrets that this one follows. */
  readonly hasOthers: boolean
  readonly onClose: () => void
  /** With the secret where one was made; what was typed is known to who typed it. */
  readonly onDone: (generated: string | undefined) => void
}

function inDays(days: number): number {
  return Math.floor(Date.now() / 1000) + days * 86_400
}

export function NewSecret({ params, hasOthers, onClose, onDone }: NewSecretProps): ReactNode {
  const create = useCreateForm({
    operation: createSecret,
    params,
    values: { secret: undefined, label: '', expires_at: null, overlap_seconds: 0 },
    onDone: ({ client_secret }) => {
      if (client_secret === undefined) tellDone('The new secret is set')
      onDone(client_secret)
    },
  })
  const expireIn = (days: number) => create.form.setValue('expires_at', inDays(days), { shouldDirty: true })
  return (
    <FormDialog of={create} isOpen title="Set new secret" submitLabel="Set secret" onClose={onClose}>
      <TextField
        name="secret"
        label="Secret"
        hint="Leave it empty and one of 256 bits is made; it is shown once. One of your own has at least 16 characters."
        isSecret
      />
      <TextField name="label" label="Label" hint="To tell it from others." placeholder="spring rollover" />
      <TimeField name="expires_at" label="Expires" hint="Empty: never." />
      <Suggestions of={[90, 180, 365].map((days) => ({ label: `in ${days} days`, choose: () => expireIn(days) }))} />
      {hasOthers && (
        <>
          <DurationField
            name="overlap_seconds"
            label="Secrets before it go on for"
            hint="So that programs can change over. 0: they end now. Empty: they stay as they are."
          />
          <Suggestions
            of={overlaps.map(([label, seconds]) => ({
              label,
              choose: () => create.form.setValue('overlap_seconds', seconds, { shouldDirty: true }),
            }))}
          />
        </>
      )}
    </FormDialog>
  )
}

const overlaps = [
  ['end now', 0],
  ['1 day', 86_400],
  ['7 days', 604_800],
] as const

/** Values that are often meant, below their field. */
function Suggestions({ of }: { of: readonly { readonly label: string; readonly choose: () => void }[] }): ReactNode {
  return (
    <Group gap="xs" mt={-8}>
      {of.map(({ label, choose }) => (
        <Button key={label} variant="default" size="compact-sm" onClick={choose}>
          {label}
        </Button>
      ))}
    </Group>
  )
}
