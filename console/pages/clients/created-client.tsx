/** The client is there: its secret, this once, and what a program needs to begin. */
import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { ClientWithSecret } from '#contract/client.ts'
import { Secret } from '../../parts/dialog/secret.tsx'
import { Page, Section } from '../../parts/page/page.tsx'
import { envOf, fileNameOf } from './client-env.ts'
import { Endpoints } from './endpoints.tsx'

export function CreatedClient({ realm, client }: { realm: string; client: ClientWithSecret }): ReactNode {
  const { client_id, client_secret } = client
  const at = { params: { realm, clientId: client_id } } as const
  return (
    <Page
      title={`${client_id} is registered`}
      crumbs={[{ label: 'Clients', to: '/realms/$realm/clients', params: { realm } }]}
      lead={client.client_name}
      actions={
        <>
          <Button
            component={Link}
            {...({ to: '/realms/$realm/clients', params: { realm } } as object)}
            variant="default"
          >
            To the list
          </Button>
          <Button component={Link} {...({ to: '/realms/$realm/clients/$clientId', ...at } as object)}>
            Open the client
          </Button>
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
      <Section title="Endpoints">
        <Endpoints realm={realm} grantTypes={client.grant_types} />
      </Section>
    </Page>
  )
}
