/** The frame of one provider profile; those of the realm's own have a history. */
import { Button } from '@mantine/core'
import { Outlet, useNavigate, useParams, useRouterState } from '@tanstack/react-router'
import { Copy, Plus, Trash2 } from 'lucide-react'
import { type ReactNode, useCallback } from 'react'
import { type ProviderProfile, readProfile } from '#contract/profile.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { LinkButton } from '../../parts/page/link-button.tsx'
import { Page } from '../../parts/page/page.tsx'
import { useDeleteProfile } from './profile-actions.tsx'

const tabs = [
  { label: 'Settings', to: '/realms/$realm/profiles/$name' },
  { label: 'History', to: '/realms/$realm/profiles/$name/history' },
] as const

export function ProfilePage(): ReactNode {
  const { realm, name } = useParams({ from: '/realms/$realm/profiles/$name' })
  const read = useRead(readProfile, { params: { realm, name } })
  const mayWrite = useMayWrite(realm)
  const route = useRouterState({ select: (state) => state.matches.at(-1)?.fullPath })
  const tab = tabs.find(({ to }) => to === route)?.label ?? 'Settings'
  const profile = read.data?.value
  const title = profile?.title ?? name
  return (
    <Page
      read={read}
      title={tab === 'Settings' ? title : `${tab} · ${title}`}
      heading={title}
      crumbs={[{ label: 'Provider profiles', to: '/realms/$realm/profiles', params: { realm } }]}
      {...(profile?.shipped === false && { tabs: tabs.map((one) => ({ ...one, params: { realm, name } })) })}
      actions={mayWrite && profile && <Actions realm={realm} of={profile} />}
    >
      <Outlet />
    </Page>
  )
}

function Actions({ realm, of }: { realm: string; of: ProviderProfile }): ReactNode {
  const navigate = useNavigate()
  const leave = useCallback(
    () => void navigate({ to: '/realms/$realm/profiles', params: { realm } }),
    [navigate, realm],
  )
  const [remove] = useDeleteProfile(realm, leave).actions
  const { name, shipped } = of
  return (
    <>
      <LinkButton
        at={{ to: '/realms/$realm/new-oauth-server', params: { realm }, search: { profile: name } }}
        leftSection={<Plus size={15} aria-hidden />}
      >
        New OAuth server of it
      </LinkButton>
      <LinkButton
        variant="default"
        at={{ to: '/realms/$realm/new-profile', params: { realm }, search: { from: name } }}
        leftSection={<Copy size={15} aria-hidden />}
      >
        Make a copy
      </LinkButton>
      {!shipped && (
        <Button
          variant="default"
          c="var(--bad)"
          leftSection={<Trash2 size={15} aria-hidden />}
          onClick={() => remove?.run(of)}
        >
          Delete
        </Button>
      )}
    </>
  )
}
