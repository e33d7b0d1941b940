/** Export: what is selected, this page, or the whole filtered list; in its order, with the columns that are shown. */
import { Button, Menu } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { Braces, ChevronDown, FileDown, FileSpreadsheet, FileText, Sheet } from 'lucide-react'
import { Fragment, type ReactNode, useState } from 'react'
import type { ExportFormat } from '#contract/page.ts'
import { tellNotice, tellProblem } from '../show/problem.tsx'
import { count, type Noun } from '../show/text.ts'
import type { Wanted, WantedPart } from './download.ts'

const formats = [
  { format: 'xlsx', label: 'Excel', icon: FileSpreadsheet },
  { format: 'pdf', label: 'PDF', icon: FileText },
  { format: 'csv', label: 'CSV', icon: Sheet },
  { format: 'json', label: 'JSON', icon: Braces },
] as const

function tellTooMany({ many }: Noun): void {
  tellNotice(`Too many ${many} by name`, 'Select fewer, or narrow the list by filters and export all that match.')
}

interface Part {
  readonly title: string
  readonly total: number
  readonly part: WantedPart
}

interface ExportMenuProps {
  readonly wanted: Omit<Wanted, 'format' | 'part'>
  readonly total: number
  /** Rows that are on the screen. */
  readonly onPage: number
  readonly page: { readonly page: number; readonly page_size: number }
  /** What the selected rows are named by. */
  readonly selected: readonly string[]
  readonly noun: Noun
}

export function ExportMenu({ wanted, total, onPage, page, selected, noun }: ExportMenuProps): ReactNode {
  const [isBusy, setIsBusy] = useState(false)
  const run = async ({ part, total: rows }: Part, format: ExportFormat, label: string) => {
    setIsBusy(true)
    try {
      const { download } = await import('./download.ts')
      if ((await download({ ...wanted, part, format })) === 'too many') return tellTooMany(noun)
      notifications.show({ message: `${label}: ${count(rows, noun)} saved`, icon: <FileDown size={18} aria-hidden /> })
    } catch (error) {
      tellProblem(error)
    } finally {
      setIsBusy(false)
    }
  }
  const parts: Part[] = [{ title: `All ${count(total, noun)} that match`, total, part: {} }]
  if (onPage < total) parts.unshift({ title: `This page: ${count(onPage, noun)}`, total: onPage, part: { page } })
  if (selected.length > 0) {
    parts.unshift({
      title: `Selected: ${count(selected.length, noun)}`,
      total: selected.length,
      part: { ids: selected },
    })
  }
  return (
    <Menu width={260} position="bottom-end">
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
        {parts.map((part, index) => (
          <Fragment key={part.title}>
            {index > 0 && <Menu.Divider />}
            <Menu.Label>{part.title}</Menu.Label>
            {formats.map(({ format, label, icon: Icon }) => (
              <Menu.Item
                key={format}
                leftSection={<Icon size={15} aria-hidden />}
                {...(parts.length > 1 && { 'aria-label': `${label}, ${part.title}` })}
                onClick={() => void run(part, format, label)}
              >
                {label}
              </Menu.Item>
            ))}
          </Fragment>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
