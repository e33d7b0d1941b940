/** Questions before something is done that cannot simply be done again. Asked from anywhere, answered by a promise. */
import { Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { type ReactNode, useState, useSyncExternalStore } from 'react'
import { tellProblem } from '../show/problem.tsx'

export interface Question {
  readonly title: string
  /** What happens, and what breaks. */
  readonly body: ReactNode
  /** `Delete client`. */
  readonly confirm: string
  readonly isDangerous?: boolean
  /** Has to be typed first: for what cannot be undone. */
  readonly typed?: string
  /** A milder way: `Disable instead`. */
  readonly instead?: { readonly label: string; readonly run: () => Promise<unknown> }
  /** Done while the dialog is open; a refusal is told and the dialog stays. */
  readonly run: () => Promise<unknown>
}

type Asked = Question & { readonly answer: (isDone: boolean) => void }

let asked: Asked | undefined
const listeners = new Set<() => void>()

function become(next: Asked | undefined): void {
  asked = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** Resolves true when it was done, false when the person thought better of it (or took the milder way). */
export function confirm(question: Question): Promise<boolean> {
  asked?.answer(false)
  return new Promise((answer) => become({ ...question, answer }))
}

/** The place where questions are shown: once, at the end of the console. */
export function Confirmations(): ReactNode {
  const current = useSyncExternalStore(subscribe, () => asked)
  const close = (isDone: boolean) => {
    current?.answer(isDone)
    become(undefined)
  }
  return (
    <Modal
      opened={current !== undefined}
      onClose={() => close(false)}
      title={current?.title}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {current && <Body key={current.title} question={current} onClose={close} />}
    </Modal>
  )
}

function Body({ question, onClose }: { question: Question; onClose: (isDone: boolean) => void }): ReactNode {
  const [typed, setTyped] = useState('')
  const [running, setRunning] = useState<'run' | 'instead'>()
  const start = async (which: 'run' | 'instead', work: () => Promise<unknown>) => {
    setRunning(which)
    try {
      await work()
      onClose(which === 'run')
    } catch (error) {
      tellProblem(error)
      setRunning(undefined)
    }
  }
  const { instead } = question
  return (
    <Stack gap="md">
      <div>{question.body}</div>
      {question.typed !== undefined && (
        <TextInput
          label={`Type ${question.typed} to confirm`}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          data-autofocus
          autoComplete="off"
          spellCheck={false}
        />
      )}
      <Group justify="flex-end" gap="xs">
        {instead && (
          <Button
            variant="default"
            mr="auto"
            loading={running === 'instead'}
            onClick={() => void start('instead', instead.run)}
          >
            {instead.label}
          </Button>
        )}
        <Button
          variant="default"
          onClick={() => onClose(false)}
          {...(question.typed === undefined && { 'data-autofocus': true })}
        >
          Cancel
        </Button>
        <Button
          {...(question.isDangerous && { color: 'red' })}
          loading={running === 'run'}
          disabled={question.typed !== undefined && typed !== question.typed}
          onClick={() => void start('run', question.run)}
        >
          {question.confirm}
        </Button>
      </Group>
    </Stack>
  )
}
