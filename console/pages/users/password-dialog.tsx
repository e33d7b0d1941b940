/** A new password for somebody else. */
import { Button, Group, Text } from '@mantine/core'
import { KeyRound } from 'lucide-react'
import type { ReactNode } from 'react'
import { type User, updateUser } from '#contract/user.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import { useCreateForm } from '../../parts/form/contract-form.ts'
import { SwitchField, TextField } from '../../parts/form/fields.tsx'
import { FormDialog } from '../../parts/form/form-dialog.tsx'
import { CopyText } from '../../parts/show/snippet.tsx'
import { newPassword } from './new-password.ts'

interface PasswordDialogProps {
  readonly realm: string
  readonly user: User
  readonly onClose: () => void
}

export function PasswordDialog({ realm, user: { id, username }, onClose }: PasswordDialogProps): ReactNode {
  const write = useCreateForm({
    operation: updateUser,
    params: { realm, id },
    values: { password: '', must_change_password: true },
    required: ['password'],
    onDone: () => {
      tellDone(`${username} has a new password`)
      onClose()
    },
  })
  const { form } = write
  const password = form.watch('password') as string | undefined
  return (
    <FormDialog of={write} isOpen title={`New password for ${username}`} submitLabel="Set password" onClose={onClose}>
      <Text size="sm">Sessions and tokens that began with the old one end at once.</Text>
      <TextField name="password" label="New password" isSecret isRequired hint="At least 8 characters, and no name." />
      <Group gap="xs">
        <Button
          variant="default"
          leftSection={<KeyRound size={14} aria-hidden />}
          onClick={() => form.setValue('password', newPassword(), { shouldDirty: true, shouldValidate: true })}
        >
          Generate
        </Button>
        {password !== undefined && password !== '' && <CopyText text={password} label="password" />}
      </Group>
      <SwitchField
        name="must_change_password"
        label="Must change it"
        hint="At the next sign-in, so that only they know it."
      />
    </FormDialog>
  )
}
