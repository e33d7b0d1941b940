/** The list of a realm's OAuth servers. */
import { useParams } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import type { ReactNode } from 'react'
import { listOAuthServers, type OAuthServer } from '#contract/oauth-server.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { List } from '../../parts/list/list.tsx'
import { LinkButton } from '../../parts/page/link-button.tsx'
import { Page } from '../../parts/page/page.tsx'
import { serverNoun, useServerActions, useServerBulk } from './server-actions.tsx'
import { serverColumns } from './server-columns.tsx'

export function OAuthServersPage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/oauth-servers' })
  const mayWrite = useMayWrite(realm)
  const { actions, dialogs } = useServerActions(realm)
  const bulk = useServerBulk(realm)
  const at = ({ slug }: OAuthServer) => ({ to: '/realms/$realm/oauth-servers/$slug', params: { realm, slug } }) as const
  const create = mayWrite && (
    <LinkButton
      at={{ to: '/realms/$realm/new-oauth-server', params: { realm } }}
      leftSection={<Plus size={15} aria-hidden />}
    >
      New OAuth server
    </LinkButton>
  )
  return (
    <Page
      title="OAuth servers"
      layout="fill"
      actions={
        <LinkButton variant="default" at={{ to: '/realms/$realm/profiles', params: { realm } }}>
          Provider profiles
        </LinkButton>
      }
      lead="Other people’s authorization servers: registered once, and your applications ask here for a good token."
    >
      <List
        name="oauth-servers"
        noun={serverNoun}
        operation={listOAuthServers}
        params={{ realm }}
        columns={serverColumns}
        idOf={({ slug }) => slug}
        nameOf={({ name }) => name}
        open={at}
        create={create}
        {...(mayWrite && { edit: at, actions, bulk })}
        empty={{
          title: 'No OAuth servers yet',
          text: 'Register what another service gave you: its token URL, your client ID and secret there. Nobody else needs to hold them.',
          action: create,
        }}
      />
      {dialogs}
    </Page>
  )
}
