/** Registering at an OAuth server: a provider profile fills what is known of it. */
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { createOAuthServer } from '#contract/oauth-server.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { useCreateForm } from '../../parts/form/contract-form.ts'
import { Form } from '../../parts/form/form.tsx'
import { Page } from '../../parts/page/page.tsx'
import { keepPreference, readPreference } from '../../parts/person/preferences.ts'
import { Empty } from '../../parts/show/empty.tsx'
import { ProbeSection } from './probe-section.tsx'
import { ProfileSection } from './profile-section.tsx'
import { type ServerChoices, useServerChoices } from './server-choices.ts'
import {
  AddressesSection,
  AuthenticationSection,
  FailureSection,
  GeneralSection,
  GrantSection,
  ScopeSection,
  UserLoginSection,
  UseSection,
} from './server-sections.tsx'
import { emptyValues, titles } from './server-values.ts'
import { tellSaved } from './tell-saved.ts'

export function NewOAuthServerPage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/new-oauth-server' })
  const { profile } = useSearch({ from: '/realms/$realm/new-oauth-server' })
  const choices = useServerChoices(realm)
  const mayWrite = useMayWrite(realm)
  // A profile that was made a moment ago may only come with the next reading: then the form begins anew.
  const asked = choices?.profiles.find(({ name }) => name === profile)?.name
  return (
    <Page
      title="New OAuth server"
      crumbs={[{ label: 'OAuth servers', to: '/realms/$realm/oauth-servers', params: { realm } }]}
      lead="Somebody else’s authorization server, with your credentials there."
    >
      {!mayWrite && <Empty title="You may look, but not change" text="Ask an administrator of this realm." />}
      {mayWrite && choices && <NewServer key={asked} choices={choices} profile={asked} />}
    </Page>
  )
}

/** The category that the person has saved into last. */
const workingCategory = 'working-category'

function NewServer({ choices, profile }: { choices: ServerChoices; profile: string | undefined }): ReactNode {
  const { realm } = choices
  const navigate = useNavigate()
  const last = readPreference(workingCategory)
  const category = choices.categories.some(({ value }) => value === last) ? last : null
  const create = useCreateForm({
    operation: createOAuthServer,
    params: { realm },
    values: { ...emptyValues(category), ...(profile !== undefined && { profile }) },
    onDone: (saved) => {
      if (saved.category !== null) keepPreference(workingCategory, saved.category)
      tellSaved(saved)
      void navigate({ to: '/realms/$realm/oauth-servers/$slug', params: { realm, slug: saved.slug } })
    },
  })
  return (
    <Form
      of={create}
      back={{ to: '/realms/$realm/oauth-servers', params: { realm } }}
      titles={titles}
      submitLabel="Save"
    >
      <ProfileSection choices={choices} isNew />
      <GeneralSection choices={choices} isNew />
      <GrantSection choices={choices} />
      <AuthenticationSection choices={choices} />
      <AddressesSection choices={choices} />
      <ScopeSection choices={choices} />
      <UserLoginSection />
      <FailureSection />
      <ProbeSection />
      <UseSection choices={choices} />
    </Form>
  )
}
