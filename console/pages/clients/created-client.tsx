/** The client is there: its secret, this once, and what a program needs to begin. */
import { type ReactNode, useState } from 'react'
import type { ClientWithSecret } from '#contract/client.ts'
import { Secret } from '../../parts/dialog/secret.tsx'
import { LinkButton } from '../../parts/page/link-button.tsx'
import { Page, Section } from '../../parts/page/page.tsx'
import { envOf, fileNameOf } from './client-env.ts'
import { QuickStart } from './quick-start.tsx'

export function CreatedClient({ realm, client }: { realm: string; client: ClientWithSecret }): ReactNode {
  const { client_id, client_secret } = client
  const [grant, setGrant] = useState<string>()
  const at = { params: { realm, clientId: client_id } } as const
  return (
    <Page
      title={`${client_id} is registered`}
      crumbs={[{ label: 'Clients', to: '/realms/$realm/clients', params: { realm } }]}
      lead={client.client_name}
      actions={
        <>
          <LinkButton at={{ to: '/realms/$realm/clients', params: { realm } }} variant="default">
            To the list
          </LinkButton>
          <LinkButton at={{ to: '/realms/$realm/clients/$clientId', ...at }}>Open the client</LinkButton>
        </>
      }
    >
      {client_secret !== undefined && (
        <Section title="Client secret">
          <Secret
            secret={client_secret}
            env={envOf(realm, client_id, client_secret)}
            fileName={fileNameOf(client_id)}
          />
        </Section>
      )}
      <QuickStart realm={realm} client={client} grant={grant} onGrant={setGrant} />
    </Page>
  )
}
