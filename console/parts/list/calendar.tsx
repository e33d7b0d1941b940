/** Two moments chosen instead of typed, for the filter of a time. */
import { ActionIcon, Button, Group, Popover, Stack, TextInput } from '@mantine/core'
import { CalendarDays } from 'lucide-react'
import { type ReactNode, useState } from 'react'

export function Calendar({ title, onChoose }: { title: string; onChoose: (typed: string) => void }): ReactNode {
  const [isOpen, setIsOpen] = useState(false)
  const [from, setFrom] = useState('')
  const [to, setTo] = useState('')
  const choose = (text: string) => {
    onChoose(text)
    setIsOpen(false)
  }
  const since = (days: number) => `${Math.floor(Date.now() / 1000) - days * 86_400}..`
  return (
    <Popover opened={isOpen} onChange={setIsOpen} trapFocus withArrow shadow="md" position="bottom-end">
      <Popover.Target>
        <ActionIcon size={24} aria-label={`Choose dates for ${title}`} onClick={() => setIsOpen((is) => !is)}>
          <CalendarDays size={14} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          <Group gap={6}>
            <Button variant="default" onClick={() => choose(since(1))}>
              24 hours
            </Button>
            <Button variant="default" onClick={() => choose(since(7))}>
              7 days
            </Button>
            <Button variant="default" onClick={() => choose(since(30))}>
              30 days
            </Button>
          </Group>
          <TextInput type="datetime-local" label="From" value={from} onChange={(e) => setFrom(e.currentTarget.value)} />
          <TextInput type="datetime-local" label="To" value={to} onChange={(e) => setTo(e.currentTarget.value)} />
          <Group justify="flex-end" gap={6}>
            <Button variant="subtle" color="gray" onClick={() => choose('')}>
              Clear
            </Button>
            <Button disabled={from === '' && to === ''} onClick={() => choose(`${from}..${to}`)}>
              Apply
            </Button>
          </Group>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}
