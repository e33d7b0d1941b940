/** A short form in a dialog: for what belongs to the page behind it and needs no address of its own. */
import { Button, Group, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { FormProvider } from 'react-hook-form'
import { Dialog } from '../dialog/dialog.tsx'
import { ProblemAlert } from '../show/problem.tsx'
import type { ContractForm } from './contract-form.ts'
import { FormPlace } from './form-place.tsx'

interface FormDialogProps {
  readonly of: ContractForm
  readonly isOpen: boolean
  readonly title: string
  readonly submitLabel: string
  readonly onClose: () => void
  readonly children: ReactNode
}

/** What was typed is let go of when it closes; a stray click beside it does not close it. */
export function FormDialog({ of, isOpen, title, submitLabel, onClose, children }: FormDialogProps): ReactNode {
  const close = () => {
    of.form.reset()
    onClose()
  }
  return (
    <Dialog opened={isOpen} onClose={close} title={title} closeOnClickOutside={false}>
      <FormProvider {...of.form}>
        <FormPlace schema={of.schema} isReadOnly={false}>
          <form
            ref={beginAtField}
            noValidate
            onSubmit={(event) => {
              event.preventDefault()
              void of.submit()
            }}
          >
            <Stack gap="md">
              {of.problem !== undefined && <ProblemAlert error={of.problem} />}
              {children}
              <Group justify="flex-end" gap="xs">
                <Button variant="default" onClick={close}>
                  Cancel
                </Button>
                <Button type="submit" loading={of.isSaving}>
                  {submitLabel}
                </Button>
              </Group>
            </Stack>
          </form>
        </FormPlace>
      </FormProvider>
    </Dialog>
  )
}

/** Whoever opened it wants to type: the dialog's own way would be to begin at its Close. */
function beginAtField(form: HTMLFormElement | null): void {
  form?.querySelector('input, textarea, select')?.setAttribute('data-autofocus', '')
}
