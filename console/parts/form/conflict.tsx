/** Two administrators, one object: what the other has changed, and whose change shall stand. */
import { Button, Group, Text } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { Dialog } from '../dialog/dialog.tsx'
import { said } from '../show/difference.tsx'
import type { Conflict } from './contract-form.ts'
import styles from './form.module.css'

interface ConflictDialogProps {
  readonly conflict: Conflict
  readonly titles: Readonly<Record<string, string>>
}

export function ConflictDialog({ conflict, titles }: ConflictDialogProps): ReactNode {
  const [isSaving, setIsSaving] = useState(false)
  const { fields, takeTheirs, keepMine, decideLater } = conflict
  return (
    <Dialog
      opened
      onClose={decideLater}
      closeButtonProps={{ 'aria-label': 'Back to the form' }}
      size="lg"
      title="Somebody else has changed this meanwhile"
    >
      <Text size="sm" mb="sm">
        Keeping yours writes your values over theirs; fields that only they have changed stay as they made them.
      </Text>
      <table className={styles.conflict}>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Theirs</th>
            <th scope="col">Yours</th>
          </tr>
        </thead>
        <tbody>
          {fields.map(({ name, mine, theirs, isMine }) => (
            <tr key={name}>
              <th scope="row">{titles[name] ?? name}</th>
              <td dir="auto">{said(theirs)}</td>
              <td dir="auto">
                {isMine ? (
                  said(mine)
                ) : (
                  <Text inherit c="dimmed">
                    unchanged
                  </Text>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" onClick={takeTheirs} data-autofocus>
          Take theirs
        </Button>
        <Button
          loading={isSaving}
          onClick={() => {
            setIsSaving(true)
            void keepMine()
          }}
        >
          Keep mine
        </Button>
      </Group>
    </Dialog>
  )
}
