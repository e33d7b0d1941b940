/** A window above the page. When it goes, the focus is where it was before: nobody who uses keys has to find back. */
import { Modal, type ModalProps } from '@mantine/core'
import { type ReactNode, useLayoutEffect, useRef, useState } from 'react'

export function Dialog({ children, ...props }: ModalProps): ReactNode {
  return (
    <Modal closeButtonProps={{ 'aria-label': 'Close' }} {...props}>
      <Returning>{children}</Returning>
    </Modal>
  )
}

/** Mantine gives the focus back where a dialog stays and is closed, not where it is taken away while it is open. */
function Returning({ children }: { children: ReactNode }): ReactNode {
  const place = useRef<HTMLDivElement>(null)
  const [before] = useState(() => document.activeElement)
  useLayoutEffect(() => {
    const dialog = place.current?.closest('[role="dialog"]')
    return () => {
      if (dialog?.contains(document.activeElement) !== true) return
      const target = before?.isConnected ? before : document.getElementById('page')
      if (target instanceof HTMLElement) target.focus({ preventScroll: true })
    }
  }, [before])
  return <div ref={place}>{children}</div>
}
