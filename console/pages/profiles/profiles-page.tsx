/** The provider profiles: those that come with Sallyport, then those of the realm's own. */
import { useParams } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import type { ReactNode } from 'react'
import { listProfiles, type ProviderProfile } from '#contract/profile.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import type { Column } from '../../parts/list/column.ts'
import { List } from '../../parts/list/list.tsx'
import { LinkButton } from '../../parts/page/link-button.tsx'
import { Page } from '../../parts/page/page.tsx'
import { profileNoun, useDeleteProfile } from './profile-actions.tsx'
import { defaultsOf } from './profile-defaults.ts'

const columns: readonly Column<ProviderProfile>[] = [
  { id: 'title', title: 'Provider', kind: 'text' },
  { id: 'name', title: 'Name in the API', kind: 'code' },
  {
    id: 'shipped',
    title: 'From',
    kind: 'text',
    options: [
      { value: 'true', label: 'Sallyport' },
      { value: 'false', label: 'This realm' },
    ],
    render: ({ shipped }) => (shipped ? 'Sallyport' : 'This realm'),
  },
  { id: 'openid', title: 'OpenID Connect', kind: 'flag' },
  {
    id: 'token_endpoint',
    title: 'Access token URL',
    kind: 'code',
    value: (one) => shown(defaultsOf(one)['token_endpoint']),
  },
  { id: 'updated_at', title: 'Changed', kind: 'time', isOptional: true },
]

export function ProfilesPage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/profiles' })
  const mayWrite = useMayWrite(realm)
  const { actions, bulk } = useDeleteProfile(realm)
  const at = ({ name }: ProviderProfile) => ({ to: '/realms/$realm/profiles/$name', params: { realm, name } }) as const
  const create = mayWrite && (
    <LinkButton
      at={{ to: '/realms/$realm/new-profile', params: { realm } }}
      leftSection={<Plus size={15} aria-hidden />}
    >
      New profile
    </LinkButton>
  )
  const own = actions.map((action) => ({ ...action, isOffered: ({ shipped }: ProviderProfile) => !shipped }))
  return (
    <Page
      title="Provider profiles"
      layout="fill"
      crumbs={[{ label: 'OAuth servers', to: '/realms/$realm/oauth-servers', params: { realm } }]}
      lead="What is known of providers: a profile fills the form of a new OAuth server, and says where its requests and answers differ from the standard."
    >
      <List
        name="profiles"
        noun={profileNoun}
        operation={listProfiles}
        params={{ realm }}
        columns={columns}
        idOf={({ name }) => name}
        nameOf={({ title }) => title}
        open={at}
        create={create}
        {...(mayWrite && { actions: own, bulk })}
        empty={{ title: 'No profile has that', text: 'Change the filters.' }}
      />
    </Page>
  )
}

function shown(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
