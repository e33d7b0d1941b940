/** What a client is and may do. */
import { useNavigate, useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Answer } from '#contract/caller.ts'
import { type Client, readClient, updateClient } from '#contract/client.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import { useEditForm } from '../../parts/form/contract-form.ts'
import { DurationField, SwitchField, TextareaField, TextField } from '../../parts/form/fields.tsx'
import { Form, FormSection } from '../../parts/form/form.tsx'
import { ListField } from '../../parts/form/list-field.tsx'

const titles = {
  client_name: 'Name',
  description: 'Description',
  client_uri: 'URI',
  enabled: 'Enabled',
  redirect_uris: 'Redirect URIs',
  expires_in: 'Expires in',
}

export function ClientSettings(): ReactNode {
  const { realm, clientId } = useParams({ from: '/realms/$realm/clients/$clientId/' })
  const { data } = useRead(readClient, { params: { realm, client_id: clientId } })
  return data && <Settings key={data.value.client_id} realm={realm} stored={data} />
}

function Settings({ realm, stored }: { realm: string; stored: Answer<Client> }): ReactNode {
  const navigate = useNavigate()
  const { client_id, built_in } = stored.value
  const back = { to: '/realms/$realm/clients', params: { realm } } as const
  const edit = useEditForm({
    read: readClient,
    write: updateClient,
    params: { realm, client_id },
    stored,
    valuesOf,
    onDone: () => {
      tellDone(`${client_id} is saved`)
      void navigate(back)
    },
  })
  return (
    <Form of={edit} back={back} titles={titles} isReadOnly={!useMayWrite(realm) || built_in}>
      <FormSection title="Basics" text="How the client is called here, and on the pages that people see.">
        <TextField name="client_name" label={titles.client_name} isRequired />
        <TextareaField name="description" label={titles.description} />
        <TextField name="client_uri" label={titles.client_uri} placeholder="https://shop.example" />
        <SwitchField name="enabled" label={titles.enabled} hint="A disabled client gets no codes and no tokens." />
      </FormSection>
      <FormSection title="Redirect URIs" text="Where a code may be sent. The whole address counts, letter by letter.">
        <ListField
          name="redirect_uris"
          label={titles.redirect_uris}
          addLabel="Add redirect URI"
          placeholder="https://shop.example/callback"
        />
      </FormSection>
      <FormSection title="Tokens">
        <DurationField name="expires_in" label={titles.expires_in} inherits={{ says: 'as the realm' }} />
      </FormSection>
    </Form>
  )
}

function valuesOf(client: Client) {
  return {
    client_name: client.client_name,
    description: client.description,
    client_uri: client.client_uri,
    enabled: client.enabled,
    redirect_uris: client.redirect_uris,
    expires_in: client.expires_in,
  }
}
