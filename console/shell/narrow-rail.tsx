/** The navigation on narrow screens: a drawer. */
import '../parts/dialog/dialog-styles.ts'
import { Drawer } from '@mantine/core'
import type { ReactNode } from 'react'
import styles from './frame.module.css'
import { Rail } from './rail.tsx'

interface NarrowRailProps {
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly realm: string
}

export function NarrowRail({ isOpen, onClose, realm }: NarrowRailProps): ReactNode {
  return (
    <Drawer
      opened={isOpen}
      onClose={onClose}
      size={272}
      padding={0}
      withCloseButton={false}
      title="Navigation"
      classNames={{ body: styles.drawer ?? '', header: styles.drawerHeader ?? '' }}
    >
      <Rail realm={realm} />
    </Drawer>
  )
}
