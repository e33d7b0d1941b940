/** A profile of the realm's own: from nothing, or from a copy of another. */
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { createProfile, listProfiles } from '#contract/profile.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import { useCreateForm, type Values } from '../../parts/form/contract-form.ts'
import { Form } from '../../parts/form/form.tsx'
import { Page } from '../../parts/page/page.tsx'
import { Empty } from '../../parts/show/empty.tsx'
import { ProblemAlert } from '../../parts/show/problem.tsx'
import { LiveRequests } from './live-requests.tsx'
import { ProfileFields } from './profile-fields.tsx'
import { emptyValues, titles, valuesOf } from './profile-values.ts'
import styles from './profiles.module.css'

export function NewProfilePage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/new-profile' })
  const { from } = useSearch({ from: '/realms/$realm/new-profile' })
  const { data, error } = useRead(listProfiles, { params: { realm }, query: { page_size: 1000 } })
  const mayWrite = useMayWrite(realm)
  const model = data?.value.items.find(({ name }) => name === from)
  const copied = model && { ...valuesOf(model), name: `${model.name}_copy`.slice(0, 63), title: `${model.title} copy` }
  return (
    <Page
      title="New provider profile"
      crumbs={[{ label: 'Provider profiles', to: '/realms/$realm/profiles', params: { realm } }]}
      lead="How a provider differs from the standard, as data."
    >
      {error !== null && <ProblemAlert error={error} />}
      {!mayWrite && <Empty title="You may look, but not change" text="Ask an administrator of this realm." />}
      {mayWrite && data && <NewProfile key={model?.name} realm={realm} values={copied ?? emptyValues} />}
    </Page>
  )
}

function NewProfile({ realm, values }: { realm: string; values: Values }): ReactNode {
  const navigate = useNavigate()
  const create = useCreateForm({
    operation: createProfile,
    params: { realm },
    values,
    onDone: ({ name, title }) => {
      tellDone(`${title} was made`)
      void navigate({ to: '/realms/$realm/profiles/$name', params: { realm, name } })
    },
  })
  return (
    <Form of={create} back={{ to: '/realms/$realm/profiles', params: { realm } }} titles={titles} submitLabel="Save">
      <div className={styles.editor}>
        <div className={styles.fields}>
          <ProfileFields isNew />
        </div>
        <div className={styles.beside}>
          <LiveRequests realm={realm} />
        </div>
      </div>
    </Form>
  )
}
