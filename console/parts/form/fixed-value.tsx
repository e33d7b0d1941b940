/** What was chosen once and for good, where a form shows it among its fields. */
import { Text } from '@mantine/core'
import type { ReactNode } from 'react'

export function FixedValue({ label, value }: { label: string; value: string }): ReactNode {
  return (
    <div>
      <Text size="xs" fw={600}>
        {label}
      </Text>
      <Text size="sm" ff="monospace" style={{ overflowWrap: 'anywhere' }} dir="auto">
        {value}
      </Text>
    </div>
  )
}
