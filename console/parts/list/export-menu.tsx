/** Export: the whole filtered list, in its order, with the columns that are shown. */
import { Button, Menu } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { Braces, ChevronDown, FileDown, FileSpreadsheet, FileText, Sheet } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { ExportFormat } from '#contract/page.ts'
import { tellProblem } from '../show/problem.tsx'
import { count, type Noun } from '../show/text.ts'
import type { Wanted } from './download.ts'

const formats = [
  { format: 'xlsx', label: 'Excel', icon: FileSpreadsheet },
  { format: 'pdf', label: 'PDF', icon: FileText },
  { format: 'csv', label: 'CSV', icon: Sheet },
  { format: 'json', label: 'JSON', icon: Braces },
] as const

interface ExportMenuProps {
  readonly wanted: Omit<Wanted, 'format'>
  readonly total: number
  readonly noun: Noun
}

export function ExportMenu({ wanted, total, noun }: ExportMenuProps): ReactNode {
  const [isBusy, setIsBusy] = useState(false)
  const run = async (format: ExportFormat, label: string) => {
    setIsBusy(true)
    try {
      const { download } = await import('./download.ts')
      await download({ ...wanted, format })
      notifications.show({ message: `${label}: ${count(total, noun)} saved`, icon: <FileDown size={18} aria-hidden /> })
    } catch (error) {
      tellProblem(error)
    } finally {
      setIsBusy(false)
    }
  }
  return (
    <Menu width={220} position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          loading={isBusy}
          leftSection={<FileDown size={15} aria-hidden />}
          rightSection={<ChevronDown size={14} aria-hidden />}
        >
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>All {count(total, noun)} that match</Menu.Label>
        {formats.map(({ format, label, icon: Icon }) => (
          <Menu.Item key={format} leftSection={<Icon size={15} aria-hidden />} onClick={() => void run(format, label)}>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
