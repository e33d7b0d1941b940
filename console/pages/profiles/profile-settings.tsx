/** What one profile says: of those that come with Sallyport to read, of the realm's own the form. */
import { useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Answer } from '#contract/caller.ts'
import { type ProviderProfile, readProfile, updateProfile } from '#contract/profile.ts'
import { profileRules } from '#contract/profile-rules.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import { useEditForm } from '../../parts/form/contract-form.ts'
import { Form } from '../../parts/form/form.tsx'
import { Section } from '../../parts/page/page.tsx'
import { Facts } from '../../parts/show/facts.tsx'
import { titles as serverTitles } from '../oauth-servers/server-values.ts'
import { LiveRequests } from './live-requests.tsx'
import { defaultsOf, filled } from './profile-defaults.ts'
import { ProfileFields } from './profile-fields.tsx'
import { ProfileRequests } from './profile-requests.tsx'
import { changedFields, patchOf, titles, valuesOf } from './profile-values.ts'
import styles from './profiles.module.css'

export function ProfileSettings(): ReactNode {
  const { realm, name } = useParams({ from: '/realms/$realm/profiles/$name/' })
  const { data } = useRead(readProfile, { params: { realm, name } })
  const mayWrite = useMayWrite(realm)
  if (!data) return null
  if (data.value.shipped) return <Shipped of={data.value} />
  return <Settings key={name} realm={realm} stored={data} mayWrite={mayWrite} />
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
        <div className={styles.fields}>
          <ProfileFields />
        </div>
        <div className={styles.beside}>
          {mayWrite ? <LiveRequests realm={realm} /> : <ProfileRequests of={requests} />}
        </div>
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
