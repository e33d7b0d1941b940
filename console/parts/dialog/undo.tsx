/** After a delete: what was deleted, and the way back for as long as the message stands there. */
import { Button, Group } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { Check, Undo2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { tellProblem } from '../show/problem.tsx'

interface Undone {
  /** `shop-web was deleted`. */
  readonly message: string
  /** What restoring does not bring back; absent: nothing is said. */
  readonly note?: string
  readonly undo: () => Promise<unknown>
}

export function offerUndo({ message, note, undo }: Undone): void {
  const id = crypto.randomUUID()
  const run = async () => {
    notifications.hide(id)
    try {
      await undo()
      tellDone(note ?? 'Restored.')
    } catch (error) {
      tellProblem(error)
    }
  }
  notifications.show({ id, message: <Offer message={message} onUndo={() => void run()} />, autoClose: 15_000 })
}

function Offer({ message, onUndo }: { message: string; onUndo: () => void }): ReactNode {
  return (
    <Group justify="space-between" wrap="nowrap">
      <span>{message}</span>
      <Button variant="default" leftSection={<Undo2 size={14} aria-hidden />} onClick={onUndo}>
        Undo
      </Button>
    </Group>
  )
}

/** A short message that something went well. */
export function tellDone(message: string): void {
  notifications.show({ message, icon: <Check size={16} aria-hidden />, color: 'brand', autoClose: 5_000 })
}
