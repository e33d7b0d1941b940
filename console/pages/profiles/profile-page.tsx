/** One provider profile: of those that come with Sallyport what they fill in and say, of the realm's own the form. */
import { Button } from '@mantine/core'
import { useNavigate, useParams } from '@tanstack/react-router'
import { Copy, Plus, Trash2 } from 'lucide-react'
import { type ReactNode, useCallback } from 'react'
import type { Answer } from '#contract/caller.ts'
import { type ProviderProfile, readProfile, updateProfile } from '#contract/profile.ts'
import { profileRules } from '#contract/profile-rules.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import { useEditForm } from '../../parts/form/contract-form.ts'
import { Form } from '../../parts/form/form.tsx'
import { LinkButton } from '../../parts/page/link-button.tsx'
import { Page, Section } from '../../parts/page/page.tsx'
import { Facts } from '../../parts/show/facts.tsx'
import { ProblemAlert } from '../../parts/show/problem.tsx'
import { titles as serverTitles } from '../oauth-servers/server-values.ts'
import { LiveRequests } from './live-requests.tsx'
import { useDeleteProfile } from './profile-actions.tsx'
import { defaultsOf, filled } from './profile-defaults.ts'
import { ProfileFields } from './profile-fields.tsx'
import { ProfileRequests } from './profile-requests.tsx'
import { changedFields, patchOf, titles, valuesOf } from './profile-values.ts'
import styles from './profiles.module.css'

export function ProfilePage(): ReactNode {
  const { realm, name } = useParams({ from: '/realms/$realm/profiles/$name' })
  const { data, error, refetch } = useRead(readProfile, { params: { realm, name } })
  const mayWrite = useMayWrite(realm)
  const profile = data?.value
  return (
    <Page
      title={profile?.title ?? name}
      crumbs={[{ label: 'Provider profiles', to: '/realms/$realm/profiles', params: { realm } }]}
      actions={mayWrite && profile && <Actions realm={realm} of={profile} />}
    >
      {error !== null && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      {profile?.shipped === true && <Shipped of={profile} />}
      {data && !data.value.shipped && <Settings key={name} realm={realm} stored={data} mayWrite={mayWrite} />}
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

function Settings({
  realm,
  stored,
  mayWrite,
}: {
  realm: string
  stored: Answer<ProviderProfile>
  mayWrite: boolean
}): ReactNode {
  const { name, requests } = stored.value
  const edit = useEditForm({
    read: readProfile,
    write: updateProfile,
    params: { realm, name },
    stored,
    valuesOf: (profile) => {
      const { name: _, ...values } = valuesOf(profile)
      return values
    },
    part: { schema: changedFields, patchOf, fieldOf: (field) => field },
    onDone: ({ title }) => tellDone(`${title} is saved`),
  })
  return (
    <Form
      of={edit}
      back={{ to: '/realms/$realm/profiles', params: { realm } }}
      titles={titles}
      submitLabel="Save"
      isReadOnly={!mayWrite}
    >
      <div className={styles.editor}>
        <div>
          <ProfileFields />
        </div>
        {mayWrite ? <LiveRequests realm={realm} /> : <ProfileRequests of={requests} />}
      </div>
    </Form>
  )
}

function Shipped({ of }: { of: ProviderProfile }): ReactNode {
  const { variables = {} } = defaultsOf(of)
  const facts = Object.entries(filled(of, {})).map(([field, value]) => ({
    label: serverTitles[field as keyof typeof serverTitles] ?? field,
    value: typeof value === 'boolean' ? value ? 'Yes' : 'No' : <code>{value}</code>,
  }))
  const rules = (Object.keys(profileRules) as (keyof typeof profileRules)[]).filter((rule) => of[rule] !== undefined)
  return (
    <>
      <Section title="What it fills in">
        <Facts
          facts={[
            { label: titles.openid, value: of.openid ? 'Yes' : 'No' },
            ...facts,
            ...Object.entries(variables).map(([name, { label }]) => ({
              label,
              value: <code>{`{${name}}`}</code>,
              hint: 'Asked for when a server is made.',
            })),
          ]}
        />
      </Section>
      {rules.length > 0 && (
        <Section title="Where it differs from the standard">
          <Facts
            facts={rules.map((rule) => ({
              label: titles[rule],
              value: <pre className={styles.rule}>{JSON.stringify(of[rule], null, 2)}</pre>,
            }))}
          />
        </Section>
      )}
      <ProfileRequests of={of.requests} />
    </>
  )
}
