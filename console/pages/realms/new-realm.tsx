/** A new realm, and its KEY, shown this once. */
import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { createRealm } from '#contract/realm.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { loadSession } from '../../parts/api/session.ts'
import { useCreateForm } from '../../parts/form/contract-form.ts'
import { TextField } from '../../parts/form/fields.tsx'
import { Folded } from '../../parts/form/folded.tsx'
import { Form, FormSection } from '../../parts/form/form.tsx'
import { Page } from '../../parts/page/page.tsx'
import { Empty } from '../../parts/show/empty.tsx'
import { KeyDialog } from './key-dialog.tsx'
import {
  AppearanceSection,
  OlderWaysSection,
  OutboundSection,
  RefreshSection,
  SessionsSection,
  TokenValidity,
} from './realm-sections.tsx'
import { emptyRealm, realmTitles } from './realm-titles.ts'

const folded = [
  'id_token_seconds',
  'refresh_idle_seconds',
  'refresh_absolute_seconds',
  'refresh_replay_seconds',
  'session_idle_seconds',
  'session_absolute_seconds',
  'strict_reauthorization',
  'colour',
  'logo_uri',
]

interface Made {
  readonly name: string
  readonly key: string | undefined
}

export function NewRealmPage(): ReactNode {
  const mayWrite = useMayWrite()
  return (
    <Page
      title="New realm"
      crumbs={[{ label: 'Realms', to: '/system/realms' }]}
      lead="A tenant of its own: with signing keys, the standard scopes, and a KEY."
    >
      {mayWrite ? <NewRealm /> : <Empty title="You may look, but not change" text="Ask an administrator." />}
    </Page>
  )
}

function NewRealm(): ReactNode {
  const navigate = useNavigate()
  const [made, setMade] = useState<Made>()
  const open = (realm: string) => void navigate({ to: '/realms/$realm/settings', params: { realm }, replace: true })
  const create = useCreateForm({
    operation: createRealm,
    params: {},
    values: emptyRealm,
    onDone: ({ name, key }) => {
      // The person may see one realm more.
      void loadSession().then(() => (key === undefined ? open(name) : setMade({ name, key })))
    },
  })
  return (
    <>
      <Form of={create} back={{ to: '/system/realms' }} titles={realmTitles} submitLabel="Create">
        <FormSection title="Realm" text="The name is part of its issuer, and of every address below it.">
          <TextField
            name="name"
            label={realmTitles.name}
            isRequired
            placeholder="shop"
            hint="Small letters, digits and hyphens. It cannot be changed, and is never given to another realm."
          />
          <TextField
            name="display_name"
            label={realmTitles.display_name}
            placeholder="The shop"
            hint="Shown to people where they sign in. Empty: the name."
          />
        </FormSection>
        <FormSection
          title="KEY"
          text="The secret of the client that is named like the realm, for applications that know no other."
        >
          <TextField
            name="key"
            label={realmTitles.key}
            isSecret
            hint="At least 24 characters. Empty: one is generated. It is shown once, when the realm is made."
          />
        </FormSection>
        <FormSection title="Tokens" text="How long they live where a client says nothing of its own.">
          <TokenValidity isSystem={false} />
        </FormSection>
        <OlderWaysSection isSystem={false} />
        <Folded fields={folded}>
          <RefreshSection />
          <SessionsSection />
          <OutboundSection />
          <AppearanceSection />
        </Folded>
      </Form>
      <KeyDialog realm={made?.name ?? ''} value={made?.key} onClose={() => made && open(made.name)} />
    </>
  )
}
