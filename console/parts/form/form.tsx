/** A form on a page: its sections, Submit and Back, and the guard in front of what was not saved. */
import { Button, Group, Text } from '@mantine/core'
import { useBlocker, useCanGoBack, useNavigate, useRouter } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { FormProvider } from 'react-hook-form'
import { Dialog } from '../dialog/dialog.tsx'
import type { Target } from '../list/action.ts'
import { ProblemAlert } from '../show/problem.tsx'
import { ConflictDialog } from './conflict.tsx'
import type { ContractForm } from './contract-form.ts'
import styles from './form.module.css'
import { FormPlace } from './form-place.tsx'

interface FormProps {
  readonly of: ContractForm
  /** Where Back leads when the person came from elsewhere. */
  readonly back: Target
  /** Titles of fields, for what is told about them: `{ client_name: 'Name' }`. */
  readonly titles: Readonly<Record<string, string>>
  readonly isReadOnly?: boolean
  readonly submitLabel?: string
  readonly children: ReactNode
}

export function Form({ of, back, titles, isReadOnly = false, submitLabel = 'Submit', children }: FormProps): ReactNode {
  const { form, schema, submit, isSaving, problem, conflict } = of
  const { isDirty } = form.formState
  const goBack = useGoBack(back)
  return (
    <FormProvider {...form}>
      <FormPlace schema={schema} isReadOnly={isReadOnly}>
        <form
          noValidate
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault()
            void submit()
          }}
        >
          {problem !== undefined && (
            <div className={styles.problem}>
              <ProblemAlert error={problem} />
            </div>
          )}
          {children}
          <div className={styles.bar}>
            {!isReadOnly && (
              <Button type="submit" loading={isSaving}>
                {submitLabel}
              </Button>
            )}
            <Button variant="default" onClick={goBack}>
              Back
            </Button>
            {isDirty && !isReadOnly && <span className={styles.unsaved}>Not saved yet</span>}
          </div>
        </form>
        <Guard isDirty={isDirty && !isReadOnly} isSaving={isSaving} />
        {conflict && <ConflictDialog conflict={conflict} titles={titles} />}
      </FormPlace>
    </FormProvider>
  )
}

/** To the page before, with its filters; or to `back` where there is none. */
function useGoBack(back: Target): () => void {
  const router = useRouter()
  const navigate = useNavigate()
  const canGoBack = useCanGoBack()
  return () => {
    if (canGoBack) router.history.back()
    else void navigate(back as never)
  }
}

function Guard({ isDirty, isSaving }: { isDirty: boolean; isSaving: boolean }): ReactNode {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => isDirty && !isSaving && current.pathname !== next.pathname,
    enableBeforeUnload: isDirty,
    withResolver: true,
  })
  return (
    <Dialog opened={status === 'blocked'} onClose={() => reset?.()} title="Leave without saving?">
      <Text size="sm">What you have typed here is not saved yet.</Text>
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" onClick={() => reset?.()} data-autofocus>
          Stay here
        </Button>
        <Button color="red" onClick={() => proceed?.()}>
          Leave
        </Button>
      </Group>
    </Dialog>
  )
}

interface FormSectionProps {
  readonly title: string
  /** What these fields are for, in a sentence or two. */
  readonly text?: ReactNode
  readonly children: ReactNode
}

export function FormSection({ title, text, children }: FormSectionProps): ReactNode {
  return (
    <section className={styles.section}>
      <div className={styles.about}>
        <h2>{title}</h2>
        {text !== undefined && <p>{text}</p>}
      </div>
      <div className={styles.fields}>{children}</div>
    </section>
  )
}
