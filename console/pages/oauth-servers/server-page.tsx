/** The frame of one OAuth server: its name, how it stands, what can be done with it, its tabs. */
import { Button } from '@mantine/core'
import { Outlet, useNavigate, useParams, useRouterState } from '@tanstack/react-router'
import { type ReactNode, useCallback } from 'react'
import { type OAuthServer, readOAuthServer } from '#contract/oauth-server.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { Page } from '../../parts/page/page.tsx'
import { useServerActions } from './server-actions.tsx'
import { LastProbe, ServerStatus, Standing } from './server-status.tsx'

const tabs = [
  { label: 'Settings', to: '/realms/$realm/oauth-servers/$slug' },
  { label: 'Overrides', to: '/realms/$realm/oauth-servers/$slug/overrides' },
  { label: 'Connections', to: '/realms/$realm/oauth-servers/$slug/connections' },
  { label: 'Used by', to: '/realms/$realm/oauth-servers/$slug/uses' },
  { label: 'History', to: '/realms/$realm/oauth-servers/$slug/history' },
] as const

export function OAuthServerPage(): ReactNode {
  const { realm, slug } = useParams({ from: '/realms/$realm/oauth-servers/$slug' })
  const read = useRead(readOAuthServer, { params: { realm, slug } })
  const mayWrite = useMayWrite(realm)
  const navigate = useNavigate()
  const leave = useCallback(
    () => void navigate({ to: '/realms/$realm/oauth-servers', params: { realm } }),
    [navigate, realm],
  )
  const { actions, dialogs } = useServerActions(realm, leave)
  const server = read.data?.value
  const name = server?.name ?? slug
  const tab = useTab()
  const enable = actions.find(({ label }) => label === 'Re-enable')
  return (
    <Page
      read={read}
      title={tab === 'Settings' ? name : `${tab} · ${name}`}
      heading={name}
      crumbs={[{ label: 'OAuth servers', to: '/realms/$realm/oauth-servers', params: { realm } }]}
      lead={server && <ServerStatus of={server} />}
      actions={mayWrite && server && <Actions of={actions} server={server} />}
      tabs={tabs.map((one) => ({ ...one, params: { realm, slug } }))}
    >
      {server && <Standing of={server} onEnable={mayWrite ? () => enable?.run(server) : undefined} />}
      {server?.last_probe && <LastProbe of={server.last_probe} />}
      <Outlet />
      {dialogs}
    </Page>
  )
}

/** The label of the tab that is open: each has a title of its own. */
function useTab(): string {
  const route = useRouterState({ select: (state) => state.matches.at(-1)?.fullPath })
  return tabs.find(({ to }) => to === route)?.label ?? (route?.includes('/overrides/') ? 'Override' : 'Settings')
}

function Actions({
  of,
  server,
}: {
  of: ReturnType<typeof useServerActions>['actions']
  server: OAuthServer
}): ReactNode {
  return of
    .filter(({ isOffered }) => isOffered?.(server) ?? true)
    .map(({ label, icon: Icon, isDangerous = false, run }) => (
      <Button
        key={label}
        variant="default"
        leftSection={<Icon size={15} aria-hidden />}
        {...(isDangerous && { c: 'var(--bad)' })}
        onClick={() => run(server)}
      >
        {label}
      </Button>
    ))
}
