/** A realm's new KEY, shown this once, with what a program needs beside it. */
import type { ReactNode } from 'react'
import { SecretDialog } from '../../parts/dialog/secret.tsx'
import { envOf, fileNameOf } from '../clients/client-env.ts'

interface KeyDialogProps {
  readonly realm: string
  /** Undefined: closed. */
  readonly value: string | undefined
  readonly onClose: () => void
}

/** The KEY's client is named like the realm. */
export function KeyDialog({ realm, value, onClose }: KeyDialogProps): ReactNode {
  return (
    <SecretDialog
      title={`The KEY of ${realm}`}
      secret={value}
      env={envOf(realm, realm, value)}
      fileName={fileNameOf(realm)}
      onClose={onClose}
    />
  )
}
