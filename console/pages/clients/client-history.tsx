/** What was done to a client, and the way back. */
import { useParams } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { readClient } from '#contract/client.ts'
import { clientHistory } from '#contract/history.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { History } from '../../parts/show/history.tsx'
import { ClientSecretDialog } from './client-secret-dialog.tsx'

export function ClientHistory(): ReactNode {
  const { realm, clientId } = useParams({ from: '/realms/$realm/clients/$clientId/history' })
  const params = { realm, client_id: clientId }
  const client = useRead(readClient, { params }).data?.value
  const [secret, setSecret] = useState<string>()
  const mayWrite = useMayWrite(realm)
  return (
    <>
      <History
        show={clientHistory.show}
        revert={clientHistory.revert}
        params={params}
        current={client}
        isReadOnly={!mayWrite || client?.built_in !== false}
        staysSame="Secrets and keys stay as they are."
        onReverted={({ client_secret }) => setSecret(client_secret)}
      />
      <ClientSecretDialog realm={realm} clientId={clientId} secret={secret} onClose={() => setSecret(undefined)} />
    </>
  )
}
