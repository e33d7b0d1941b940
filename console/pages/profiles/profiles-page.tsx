/** The provider profiles: those that come with Sallyport, then those of the realm's own. */
import { Link, useParams } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import type { ReactNode } from 'react'
import { listProfiles } from '#contract/profile.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import type { Column } from '../../parts/list/column.ts'
import { LinkButton } from '../../parts/page/link-button.tsx'
import { Page } from '../../parts/page/page.tsx'
import { ProblemAlert } from '../../parts/show/problem.tsx'
import { ShortList } from '../../parts/show/short-list.tsx'
import { defaultsOf, type Profile } from './profile-defaults.ts'

export function ProfilesPage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/profiles' })
  const { data, error, refetch } = useRead(listProfiles, { params: { realm } })
  const mayWrite = useMayWrite(realm)
  const columns: readonly Column<Profile>[] = [
    {
      id: 'title',
      title: 'Provider',
      kind: 'text',
      render: ({ name, title }) => (
        <Link to="/realms/$realm/profiles/$name" params={{ realm, name }} className="text">
          {title}
        </Link>
      ),
    },
    { id: 'name', title: 'Name in the API', kind: 'code' },
    {
      id: 'shipped',
      title: 'From',
      kind: 'text',
      value: ({ shipped }) => (shipped ? 'Sallyport' : 'This realm'),
    },
    { id: 'openid', title: 'OpenID Connect', kind: 'flag' },
    {
      id: 'token_endpoint',
      title: 'Access token URL',
      kind: 'code',
      value: (one) => shown(defaultsOf(one)['token_endpoint']),
    },
  ]
  return (
    <Page
      title="Provider profiles"
      crumbs={[{ label: 'OAuth servers', to: '/realms/$realm/oauth-servers', params: { realm } }]}
      lead="What is known of providers: a profile fills the form of a new OAuth server, and says where its requests and answers differ from the standard."
      actions={
        mayWrite && (
          <LinkButton
            at={{ to: '/realms/$realm/new-profile', params: { realm } }}
            leftSection={<Plus size={15} aria-hidden />}
          >
            New profile
          </LinkButton>
        )
      }
    >
      {error !== null && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      <ShortList
        label="Provider profiles"
        rows={data?.value.items ?? []}
        columns={columns}
        idOf={({ name }) => name}
        nameOf={({ title }) => title}
        empty={data && 'None.'}
      />
    </Page>
  )
}

function shown(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
