/** A client's new secret, shown this once, with what a program needs beside it. */
import type { ReactNode } from 'react'
import { SecretDialog } from '../../parts/dialog/secret.tsx'
import { envOf, fileNameOf } from './client-env.ts'

interface ClientSecretDialogProps {
  readonly realm: string
  readonly clientId: string
  /** Undefined: closed. */
  readonly secret: string | undefined
  readonly onClose: () => void
}

export function ClientSecretDialog({ realm, clientId, secret, onClose }: ClientSecretDialogProps): ReactNode {
  return (
    <SecretDialog
      title={`The new secret of ${clientId}`}
      secret={secret}
      env={envOf(realm, clientId, secret)}
      fileName={fileNameOf(clientId)}
      onClose={onClose}
    />
  )
}
