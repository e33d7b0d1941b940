/** The place where questions are shown: once, at the end of the console. */
import { Button, Group, Stack, TextInput } from '@mantine/core'
import { type ReactNode, useState, useSyncExternalStore } from 'react'
import { tellProblem } from '../show/problem.tsx'
import { ask, currentQuestion, type Question, subscribe } from './confirm.ts'
import { Dialog } from './dialog.tsx'

export function Confirmations(): ReactNode {
  const current = useSyncExternalStore(subscribe, currentQuestion)
  const close = (isDone: boolean) => {
    current?.answer(isDone)
    ask(undefined)
  }
  return (
    <Dialog opened={current !== undefined} onClose={() => close(false)} title={current?.title}>
      {current && <Body key={current.title} question={current} onClose={close} />}
    </Dialog>
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
