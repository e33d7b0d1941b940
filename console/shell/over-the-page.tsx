/** What may stand above any page: messages, questions, the end of the session. Loaded after the first page is shown. */
import '../parts/dialog/dialog-styles.ts'
import '@mantine/core/styles/Notification.css'
import '@mantine/notifications/styles.css'
import { Notifications } from '@mantine/notifications'
import type { ReactNode } from 'react'
import { Confirmations } from '../parts/dialog/confirmations.tsx'
import { SessionEnded } from '../parts/dialog/session-ended.tsx'

export function OverThePage(): ReactNode {
  return (
    <>
      <Confirmations />
      <SessionEnded />
      <Notifications position="bottom-right" limit={4} zIndex={900} />
    </>
  )
}
