/** One provider profile: what it fills in. */
import { useParams } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import type { ReactNode } from 'react'
import { listProfiles } from '#contract/profile.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { LinkButton } from '../../parts/page/link-button.tsx'
import { Page, Section } from '../../parts/page/page.tsx'
import { Empty } from '../../parts/show/empty.tsx'
import { Facts } from '../../parts/show/facts.tsx'
import { ProblemAlert } from '../../parts/show/problem.tsx'
import { Snippet } from '../../parts/show/snippet.tsx'
import { titles } from '../oauth-servers/server-values.ts'
import { defaultsOf, filled, type Profile } from './profile-defaults.ts'
import styles from './profiles.module.css'

export function ProfilePage(): ReactNode {
  const { realm, name } = useParams({ from: '/realms/$realm/profiles/$name' })
  const { data, error } = useRead(listProfiles, { params: { realm } })
  const mayWrite = useMayWrite(realm)
  const profile = data?.value.items.find((one) => one.name === name)
  return (
    <Page
      title={profile?.title ?? name}
      crumbs={[{ label: 'Provider profiles', to: '/realms/$realm/profiles', params: { realm } }]}
      actions={
        mayWrite &&
        profile && (
          <LinkButton
            at={{ to: '/realms/$realm/new-oauth-server', params: { realm }, search: { profile: name } }}
            leftSection={<Plus size={15} aria-hidden />}
          >
            New OAuth server of it
          </LinkButton>
        )
      }
    >
      {error !== null && <ProblemAlert error={error} />}
      {data && !profile && <Empty title="There is no such profile" text="It may have been renamed." />}
      {profile && <Profiled of={profile} />}
    </Page>
  )
}

function Profiled({ of }: { of: Profile }): ReactNode {
  const { variables = {} } = defaultsOf(of)
  const facts = Object.entries(filled(of, {})).map(([field, value]) => ({
    label: titles[field as keyof typeof titles] ?? field,
    value: typeof value === 'boolean' ? value ? 'Yes' : 'No' : <code>{value}</code>,
  }))
  return (
    <>
      <Section title="What it fills in">
        <Facts
          facts={[
            { label: 'OpenID Connect', value: of.openid ? 'Yes' : 'No' },
            ...facts,
            ...Object.entries(variables).map(([name, { label }]) => ({
              label,
              value: <code>{`{${name}}`}</code>,
              hint: 'Asked for when a server is made.',
            })),
          ]}
        />
      </Section>
      <Section title="The requests that it makes">
        <p className={styles.lead}>Of an invented client’s settings, where a person connects. Secrets are blanked.</p>
        {of.requests.map((request) => (
          <div key={request.leg} className={styles.request}>
            <h3>{legNames[request.leg]}</h3>
            <Snippet label={`${request.leg} request`} text={written(request)} />
          </div>
        ))}
      </Section>
    </>
  )
}

const legNames = { authorize: 'Authorize', token: 'Token', refresh: 'Refresh' } as const

/** As it goes over the wire, one parameter to a line. */
function written({ method, url, headers, body }: Profile['requests'][number]): string {
  const [address = '', query] = url.split('?')
  return [
    [`${method} ${address}`, ...(query === undefined ? [] : [`  ?${query.replaceAll('&', '\n  &')}`])].join('\n'),
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body === null ? [] : ['', body.replaceAll('&', '\n&')]),
  ].join('\n')
}
