/** The menu of a row: one for the whole list, opened by its button, the right mouse button or the menu key. */
import { Menu } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { FolderOpen, Pencil } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { RowAction, Target } from './action.ts'

export interface MenuPlace<Row> {
  readonly row: Row
  /** In pixels of the window. */
  readonly x: number
  readonly y: number
  /** Where the focus goes back to. */
  readonly from: HTMLElement | null
}

interface RowMenuProps<Row> {
  readonly place: MenuPlace<Row> | undefined
  readonly onClose: () => void
  readonly name: string
  readonly open: Target | undefined
  readonly edit: Target | undefined
  readonly actions: readonly RowAction<Row>[]
}

export function RowMenu<Row>({ place, onClose, name, open, edit, actions }: RowMenuProps<Row>): ReactNode {
  const navigate = useNavigate()
  // The menu fades where it was.
  const [last, setLast] = useState(place)
  if (place !== undefined && place !== last) setLast(place)
  const close = () => {
    onClose()
    place?.from?.focus({ preventScroll: true })
  }
  const { x = 0, y = 0, row } = last ?? {}
  const offered = row === undefined ? [] : actions.filter(({ isOffered }) => isOffered?.(row) ?? true)
  const calm = offered.filter(({ isDangerous }) => !isDangerous)
  const dangerous = offered.filter(({ isDangerous }) => isDangerous)
  const item = ({ label, icon: Icon, isDangerous, run }: RowAction<Row>) => (
    <Menu.Item
      key={label}
      leftSection={<Icon size={15} aria-hidden />}
      onClick={() => row !== undefined && run(row)}
      {...(isDangerous && { c: 'var(--bad)' })}
    >
      {label}
    </Menu.Item>
  )
  return (
    <Menu
      opened={place !== undefined}
      onClose={close}
      position="bottom-start"
      offset={2}
      width={210}
      returnFocus={false}
    >
      <Menu.Target>
        <span aria-hidden style={{ position: 'fixed', left: x, top: y, width: 0, height: 0 }} />
      </Menu.Target>
      <Menu.Dropdown aria-label={`What to do with ${name}`}>
        {open && (
          <Menu.Item leftSection={<FolderOpen size={15} aria-hidden />} onClick={() => void navigate(open as never)}>
            Open
          </Menu.Item>
        )}
        {edit && (
          <Menu.Item leftSection={<Pencil size={15} aria-hidden />} onClick={() => void navigate(edit as never)}>
            Edit
          </Menu.Item>
        )}
        {calm.map(item)}
        {dangerous.length > 0 && <Menu.Divider />}
        {dangerous.map(item)}
      </Menu.Dropdown>
    </Menu>
  )
}
