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
  readonly onHelp: () => void
}

export function NarrowRail({ isOpen, onClose, realm, onHelp }: NarrowRailProps): ReactNode {
  return (
    <Drawer.Root opened={isOpen} onClose={onClose} size={272} padding={0}>
      <Drawer.Overlay />
      <Drawer.Content aria-label="Navigation">
        <Drawer.Body className={styles.drawer}>
          <Rail realm={realm} onHelp={onHelp} />
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  )
}
