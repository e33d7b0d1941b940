/** The list of a realm's clients. */
import { useParams } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import type { ReactNode } from 'react'
import { type Client, listClients } from '#contract/client.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { List } from '../../parts/list/list.tsx'
import { LinkButton } from '../../parts/page/link-button.tsx'
import { Page } from '../../parts/page/page.tsx'
import { clientNoun, useClientActions, useClientBulk } from './client-actions.tsx'
import { clientColumns } from './client-columns.tsx'

export function ClientsPage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/clients' })
  const mayWrite = useMayWrite(realm)
  const actions = useClientActions(realm)
  const bulk = useClientBulk(realm)
  const at = ({ client_id }: Client) =>
    ({ to: '/realms/$realm/clients/$clientId', params: { realm, clientId: client_id } }) as const
  return (
    <Page title="Clients" layout="fill" lead={`Applications that get tokens from the realm ${realm}.`}>
      <List
        name="clients"
        noun={clientNoun}
        operation={listClients}
        params={{ realm }}
        columns={clientColumns}
        idOf={idOf}
        open={at}
        {...(mayWrite && { edit: at, actions, bulk, create: <NewButton realm={realm} /> })}
        empty={{
          title: 'No clients yet',
          text: 'A client is an application that gets tokens here. Register the first one, and its secret is shown to you once.',
          action: mayWrite && <NewButton realm={realm} />,
        }}
      />
    </Page>
  )
}

function idOf({ client_id }: Client): string {
  return client_id
}

function NewButton({ realm }: { realm: string }): ReactNode {
  return (
    <LinkButton
      at={{ to: '/realms/$realm/new-client', params: { realm } }}
      leftSection={<Plus size={15} aria-hidden />}
    >
      New client
    </LinkButton>
  )
}
