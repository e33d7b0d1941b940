/** `?`: the keys, the way to the documentation, and the switch for single keys (WCAG 2.2 §2.1.4). */
import '@mantine/core/styles/Anchor.css'
import '@mantine/core/styles/Kbd.css'
import '@mantine/core/styles/Switch.css'
import '@mantine/core/styles/Title.css'
import { Anchor, Kbd, Switch, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { Dialog } from '../parts/dialog/dialog.tsx'
import { usePreference } from '../parts/person/preferences.ts'
import styles from './help.module.css'

const keys = [
  [['/'], 'Search in the list'],
  [['j', 'Down'], 'Next row'],
  [['k', 'Up'], 'Previous row'],
  [['x'], 'Select the row'],
  [['Enter'], 'Open the row'],
  [['e'], 'Edit the row'],
  [['Del'], 'Delete the row'],
  [['r', 'F5'], 'Read the list again'],
  [['Shift F10'], 'Menu of the row'],
  [['?'], 'This help'],
] as const

export function Help({ onClose }: { onClose: () => void }): ReactNode {
  const [hasKeys, setHasKeys] = usePreference('single-keys', true)
  return (
    <Dialog opened onClose={onClose} title="Help">
      <Title order={3} mb={6}>
        Keys in lists
      </Title>
      <dl className={styles.keys}>
        {keys.map(([pressed, does]) => (
          <div key={does}>
            <dt>
              {pressed.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <Switch
        mt="md"
        label="Single keys"
        description="Off: only Enter, Del, F5, the arrows and Shift F10 work."
        checked={hasKeys}
        onChange={(event) => setHasKeys(event.currentTarget.checked)}
      />
      <Text mt="lg" size="sm">
        More in the{' '}
        <Anchor href="/docs" target="_blank" inherit underline="always">
          documentation
        </Anchor>{' '}
        and the{' '}
        <Anchor href="/api/v1/docs" target="_blank" inherit underline="always">
          API reference
        </Anchor>
        .
      </Text>
    </Dialog>
  )
}
