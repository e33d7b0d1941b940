/** What a client is and may do. */
import { Alert } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { Lock } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useWatch } from 'react-hook-form'
import type { Answer } from '#contract/caller.ts'
import { type Client, readClient, updateClient } from '#contract/client.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import { useEditForm } from '../../parts/form/contract-form.ts'
import { TextField } from '../../parts/form/fields.tsx'
import { FixedValue } from '../../parts/form/fixed-value.tsx'
import { Form, FormSection } from '../../parts/form/form.tsx'
import { ClientSecretDialog } from './client-secret-dialog.tsx'
import { hasSecret, titles, valuesOf } from './client-values.ts'
import styles from './clients.module.css'
import { useLinkedFields } from './linked-fields.ts'
import { type RealmChoices, useRealmChoices } from './realm-choices.ts'
import { Contradictions } from './said-beside.tsx'
import {
  AboutFields,
  AddressesSection,
  AppearanceSection,
  AuthenticationSection,
  EnabledField,
  ExpiresIn,
  GrantsSection,
  KeysSection,
  ReachSection,
  ScopesSection,
  TokensSection,
} from './settings-sections.tsx'

export function ClientSettings(): ReactNode {
  const { realm, clientId } = useParams({ from: '/realms/$realm/clients/$clientId/' })
  const { data } = useRead(readClient, { params: { realm, client_id: clientId } })
  const choices = useRealmChoices(realm)
  if (data === undefined || choices === undefined) return null
  return <Settings key={data.value.client_id} realm={choices} stored={data} />
}

function Settings({ realm, stored }: { realm: RealmChoices; stored: Answer<Client> }): ReactNode {
  const { client_id, built_in } = stored.value
  const mayWrite = useMayWrite(realm.name)
  const [secret, setSecret] = useState<string>()
  const edit = useEditForm({
    read: readClient,
    write: updateClient,
    params: { realm: realm.name, client_id },
    stored,
    valuesOf,
    onDone: ({ client_secret }) => {
      tellDone(`${client_id} is saved`)
      setSecret(client_secret)
    },
  })
  useLinkedFields(edit.form)
  return (
    <>
      {built_in && (
        <Alert color="gray" variant="light" icon={<Lock aria-hidden />} className={styles.told ?? ''}>
          This client comes with Sallyport, which needs it as it is: it can be read here, not changed.
        </Alert>
      )}
      <Form
        of={edit}
        back={{ to: '/realms/$realm/clients', params: { realm: realm.name } }}
        titles={titles}
        isReadOnly={!mayWrite || built_in}
      >
        <Contradictions realm={realm} isJudged={!built_in}>
          <FormSection title="Basics" text="How the client is called here, and on the pages that people see.">
            <FixedValue label={titles.client_id} value={client_id} />
            <TextField name="client_name" label={titles.client_name} isRequired />
            <AboutFields />
            <EnabledField />
          </FormSection>
          <AuthenticationSection>
            <MethodChange before={stored.value.token_endpoint_auth_method} />
          </AuthenticationSection>
          <GrantsSection />
          <AddressesSection />
          <ScopesSection realm={realm} />
          <TokensSection realm={realm}>
            <ExpiresIn realm={realm} />
          </TokensSection>
          <KeysSection />
          <AppearanceSection />
          <ReachSection realm={realm} />
        </Contradictions>
      </Form>
      <ClientSecretDialog
        realm={realm.name}
        clientId={client_id}
        secret={secret}
        onClose={() => setSecret(undefined)}
      />
    </>
  )
}

/** Another way to authenticate ends every secret that there is. */
function MethodChange({ before }: { before: string }): ReactNode {
  const after = String(useWatch({ name: 'token_endpoint_auth_method' }))
  if (kindOf(before) === kindOf(after)) return null
  const text = hasSecret(after)
    ? 'When this is saved, the secrets that it has end, and a new one is made and shown once.'
    : 'When this is saved, its secrets end.'
  return (
    <div aria-live="polite" className={styles.contradiction} data-tone="risk">
      <p>{text}</p>
    </div>
  )
}

/** Secrets that are kept hashed serve both ways of sending them; those for signing are kept otherwise. */
function kindOf(method: string): string {
  if (!hasSecret(method)) return 'none'
  return method === 'client_secret_jwt' ? 'sealed' : 'shared'
}
