/** What an OAuth server is: the form over its own settings, without those of environments and applications. */
import { Alert } from '@mantine/core'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { CircleCheck, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useFormState } from 'react-hook-form'
import type { Answer } from '#contract/caller.ts'
import { type OAuthServer, readOAuthServer, updateOAuthServer } from '#contract/oauth-server.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { useEditForm } from '../../parts/form/contract-form.ts'
import { Form } from '../../parts/form/form.tsx'
import { Note } from './note.tsx'
import styles from './oauth-servers.module.css'
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
import { titles, valuesOf } from './server-values.ts'
import { tellSaved } from './tell-saved.ts'
import { TryDraft } from './try-draft.tsx'

export function OAuthServerSettings(): ReactNode {
  const { realm, slug } = useParams({ from: '/realms/$realm/oauth-servers/$slug/' })
  const { data } = useRead(readOAuthServer, { params: { realm, slug } })
  const choices = useServerChoices(realm)
  if (data === undefined || choices === undefined) return null
  return (
    <>
      <Returned />
      <Settings key={slug} choices={choices} stored={data} />
    </>
  )
}

/** What came of an authorization, from which the browser has just come back. */
function Returned(): ReactNode {
  const { result, error } = useSearch({ from: '/realms/$realm/oauth-servers/$slug/' })
  if (result === 'connected') {
    return (
      <Alert color="brand" variant="light" mb="md" icon={<CircleCheck aria-hidden />} title="Authorized" role="status">
        The connection is made: from now on its tokens are renewed here.
      </Alert>
    )
  }
  if (result !== 'refused') return null
  return (
    <Alert color="red" variant="light" mb="md" icon={<TriangleAlert aria-hidden />} title="Not authorized" role="alert">
      Nothing was changed: <code>{error ?? 'unknown'}</code>.
    </Alert>
  )
}

function Settings({ choices, stored }: { choices: ServerChoices; stored: Answer<OAuthServer> }): ReactNode {
  const { realm } = choices
  const { slug, redirect_uri } = stored.value
  const mayWrite = useMayWrite(realm)
  const navigate = useNavigate()
  const edit = useEditForm({
    read: readOAuthServer,
    write: updateOAuthServer,
    params: { realm, slug },
    stored,
    valuesOf,
    onDone: (saved) => {
      tellSaved(saved)
      if (saved.slug === slug) return
      void navigate({ to: '/realms/$realm/oauth-servers/$slug', params: { realm, slug: saved.slug }, replace: true })
    },
  })
  return (
    <Form
      of={edit}
      back={{ to: '/realms/$realm/oauth-servers', params: { realm } }}
      titles={titles}
      submitLabel="Save"
      isReadOnly={!mayWrite}
    >
      <GeneralSection choices={choices} />
      <GrantSection choices={choices} />
      <AuthenticationSection choices={choices} />
      <AddressesSection choices={choices} redirectUri={redirect_uri} />
      <ScopeSection choices={choices} />
      <UserLoginSection />
      <FailureSection />
      <ProbeSection />
      <UseSection choices={choices} />
      <ProfileSection choices={choices} />
      {mayWrite && (
        <div className={styles.more}>
          <Effect />
          <TryDraft realm={realm} slug={slug} />
        </div>
      )}
    </Form>
  )
}

const reconnecting: ReadonlySet<string> = new Set(['grant_type', 'client_id', 'token_endpoint', 'refresh_endpoint'])

/** What a save means for the connections that are there, said before it. */
function Effect(): ReactNode {
  const { dirtyFields } = useFormState()
  const changed = Object.keys(dirtyFields)
  if (changed.length === 0) return null
  const why = changed.filter((name) => reconnecting.has(name)).map((name) => titles[name as keyof typeof titles])
  return (
    <div aria-live="polite">
      {why.length === 0 ? (
        <Note>Takes effect at the next refresh; connections go on.</Note>
      ) : (
        <Note tone="risk">
          Needs a new authorization when it is saved: {why.join(', ')}. Connections that are there have to be made
          again.
        </Note>
      )}
    </div>
  )
}
