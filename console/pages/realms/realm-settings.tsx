/** What holds in a realm. */
import { Link, useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Answer } from '#contract/caller.ts'
import { listLegacyUses } from '#contract/legacy-use.ts'
import { type Realm, readRealm, updateRealm } from '#contract/realm.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import { useEditForm } from '../../parts/form/contract-form.ts'
import { SwitchField, TextField } from '../../parts/form/fields.tsx'
import { FixedValue } from '../../parts/form/fixed-value.tsx'
import { Form, FormSection } from '../../parts/form/form.tsx'
import { count } from '../../parts/show/text.ts'
import { issuerOf } from '../clients/client-env.ts'
import {
  AppearanceSection,
  OlderWaysSection,
  OutboundSection,
  SessionsSection,
  TokensSection,
} from './realm-sections.tsx'
import { realmTitles, valuesOf } from './realm-titles.ts'

export function RealmSettings(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/settings/' })
  const { data } = useRead(readRealm, { params: { realm } })
  return data && <Settings key={realm} stored={data} />
}

function Settings({ stored }: { stored: Answer<Realm> }): ReactNode {
  const { name } = stored.value
  const isSystem = name === 'system'
  const mayWrite = useMayWrite(name)
  const edit = useEditForm({
    read: readRealm,
    write: updateRealm,
    params: { realm: name },
    stored,
    valuesOf,
    onDone: () => tellDone(`The realm ${name} is saved`),
  })
  return (
    <Form
      of={edit}
      back={{ to: '/realms/$realm', params: { realm: name } }}
      titles={realmTitles}
      isReadOnly={!mayWrite}
    >
      <FormSection title="Realm" text="The name is part of its issuer: it stays as it is.">
        <FixedValue label={realmTitles.name} value={name} />
        <FixedValue label="Issuer" value={issuerOf(name)} />
        <TextField
          name="display_name"
          label={realmTitles.display_name}
          hint="Shown to people where they sign in. Empty: the name."
        />
        <SwitchField
          name="enabled"
          label={realmTitles.enabled}
          hint={
            isSystem
              ? 'Administrators come in by this realm: it cannot be disabled.'
              : 'A disabled realm answers nobody: no sign-in, no tokens, and those that are out there are dead.'
          }
          isReadOnly={isSystem}
        />
      </FormSection>
      <TokensSection isSystem={isSystem} />
      <SessionsSection />
      <OlderWaysSection isSystem={isSystem} uses={<Uses realm={name} />} />
      <OutboundSection />
      <AppearanceSection />
    </Form>
  )
}

/** Whether anything would break by switching them off. */
function Uses({ realm }: { realm: string }): ReactNode {
  const { data } = useRead(listLegacyUses, { params: { realm }, query: { page_size: 1000 } })
  if (data === undefined || data.value.total === 0) return null
  const clients = new Set(data.value.items.map(({ client_id }) => client_id)).size
  return (
    <Link to="/realms/$realm/settings/older-shapes" params={{ realm }} className="text">
      {count(clients, { one: 'client', many: 'clients' })} came by one of them: see who, and when last
    </Link>
  )
}
