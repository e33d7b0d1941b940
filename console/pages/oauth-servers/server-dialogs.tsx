/** What has to be said before an OAuth server is disabled or copied. */
import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { disableOAuthServer, duplicateOAuthServer, type OAuthServer } from '#contract/oauth-server.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import { useCreateForm } from '../../parts/form/contract-form.ts'
import { TextareaField, TextField } from '../../parts/form/fields.tsx'
import { FormDialog } from '../../parts/form/form-dialog.tsx'
import { Impact } from './server-impact.tsx'

interface DialogProps {
  readonly realm: string
  readonly server: OAuthServer
  readonly onClose: () => void
}

export function DisableDialog({ realm, server, onClose }: DialogProps): ReactNode {
  const disable = useCreateForm({
    operation: disableOAuthServer,
    params: { realm, slug: server.slug },
    values: { reason: '' },
    onDone: ({ name }) => {
      tellDone(`${name} is disabled`)
      onClose()
    },
  })
  return (
    <FormDialog of={disable} isOpen title={`Disable ${server.name}?`} submitLabel="Disable" onClose={onClose}>
      <Text size="sm">
        <Impact realm={realm} of={server} does="pauses" />
      </Text>
      <TextareaField
        name="reason"
        label="Reason"
        hint="Callers are told it, with status 503, until it is enabled again."
      />
    </FormDialog>
  )
}

interface DuplicateProps extends DialogProps {
  readonly onDone: (copy: OAuthServer) => void
}

export function DuplicateDialog({ realm, server, onClose, onDone }: DuplicateProps): ReactNode {
  const duplicate = useCreateForm({
    operation: duplicateOAuthServer,
    params: { realm, slug: server.slug },
    values: { name: `${server.name} copy`.slice(0, 50), slug: '' },
    onDone: (copy) => {
      tellDone(`${copy.name} was made`)
      onClose()
      onDone(copy)
    },
  })
  return (
    <FormDialog of={duplicate} isOpen title={`Duplicate ${server.name}`} submitLabel="Duplicate" onClose={onClose}>
      <Text size="sm">Its secrets are copied as well. No client may use the copy until you say which.</Text>
      <TextField name="name" label="Name" isRequired />
      <TextField name="slug" label="Name in addresses" isMono hint="Empty: made from the name." />
    </FormDialog>
  )
}
