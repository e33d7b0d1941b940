/** New keys at once: as a matter of course, or because those of now are lost. */
import { Alert, Text } from '@mantine/core'
import { TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { rotateKeys } from '#contract/signing-key.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import { useCreateForm } from '../../parts/form/contract-form.ts'
import { SwitchField } from '../../parts/form/fields.tsx'
import { FormDialog } from '../../parts/form/form-dialog.tsx'

export function RotateDialog({ realm, onClose }: { realm: string; onClose: () => void }): ReactNode {
  const write = useCreateForm({
    operation: rotateKeys,
    params: { realm },
    values: { emergency: false },
    onDone: () => {
      tellDone('The next keys sign from now on')
      onClose()
    },
  })
  const isEmergency = write.form.watch('emergency') === true
  return (
    <FormDialog
      of={write}
      isOpen
      title="Rotate the keys now?"
      submitLabel={isEmergency ? 'End the keys of now' : 'Rotate now'}
      onClose={onClose}
    >
      <Text size="sm">
        The next keys, which are published already, sign from now on. What the keys of now have signed holds until it
        expires.
      </Text>
      <SwitchField
        name="emergency"
        label="The keys of now are lost"
        hint="Somebody else may have them: what they signed stops holding at once."
      />
      {isEmergency && (
        <Alert color="red" variant="light" icon={<TriangleAlert aria-hidden />} role="status">
          Every signed token of the realm is dead at once, and everybody has to get new ones. APIs that keep the key set
          for a while notice it late.
        </Alert>
      )}
    </FormDialog>
  )
}
