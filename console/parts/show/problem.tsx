/** What the server refused, told to a person: beside the field where it names one, else as an alert or a message. */
import { Alert, Button, Code, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { CircleAlert, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { ProblemError, UnexpectedAnswer } from '#contract/caller.ts'
import { ended, sentence } from './text.ts'

interface Told {
  readonly title: string
  readonly text: string
  readonly requestId: string | undefined
}

/** The server answered, and what was to be changed is not there; the message is for people. */
export class Gone extends Error {}

export function told(error: unknown): Told {
  if (error instanceof ProblemError) {
    const { title, detail, field, request_id } = error.problem
    // A field's name is written as it is: small.
    const text = field === undefined ? sentence(detail) : `${field}: ${ended(detail)}`
    return { title: titles[error.problem.status] ?? title, text, requestId: request_id }
  }
  if (error instanceof Gone) {
    return { title: 'It is not there any more', text: sentence(error.message), requestId: undefined }
  }
  if (error instanceof UnexpectedAnswer) {
    return { title: 'That did not work', text: sentence(error.message), requestId: undefined }
  }
  return {
    title: 'The server cannot be reached',
    text: 'Nothing was changed. Try again in a moment.',
    requestId: undefined,
  }
}

const titles: Readonly<Record<number, string>> = {
  400: 'That does not fit',
  403: 'You may not do that',
  404: 'It is not there any more',
  409: 'That cannot be done',
  412: 'Somebody else has changed it',
  503: 'The server is busy',
}

/** A message in the corner, for what has no place of its own on the page. */
export function tellProblem(error: unknown): void {
  const { title, text, requestId } = told(error)
  notifications.show({
    color: 'red',
    title,
    message: requestId === undefined ? text : `${text} (request ${requestId})`,
    icon: <CircleAlert size={18} aria-hidden />,
    autoClose: 12_000,
    role: 'alert',
  })
}

/** What went on, but not as it was wished. */
export function tellNotice(title: string, message: string): void {
  notifications.show({ color: 'amber', title, message, autoClose: 12_000, role: 'alert' })
}

/** On the page, in place of what could not be shown. */
export function ProblemAlert({ error, onRetry }: { error: unknown; onRetry?: () => void }): ReactNode {
  const { title, text, requestId } = told(error)
  return (
    <Alert color="red" variant="light" title={title} icon={<TriangleAlert aria-hidden />} role="alert">
      <Text size="sm">{text}</Text>
      {requestId !== undefined && (
        <Text size="xs" mt={4}>
          Request <Code>{requestId}</Code>
        </Text>
      )}
      {onRetry && (
        <Button mt="sm" variant="default" onClick={onRetry}>
          Try again
        </Button>
      )}
    </Alert>
  )
}
