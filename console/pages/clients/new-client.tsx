/** Registering a client: its kind presets what most of that kind need; Client ID and Name are all that has to be said. */
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useWatch } from 'react-hook-form'
import { type ClientWithSecret, createClient } from '#contract/client.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { useCreateForm } from '../../parts/form/contract-form.ts'
import { TextField } from '../../parts/form/fields.tsx'
import { Folded } from '../../parts/form/folded.tsx'
import { Form, FormSection } from '../../parts/form/form.tsx'
import { Page } from '../../parts/page/page.tsx'
import { Empty } from '../../parts/show/empty.tsx'
import { type ClientType, clientType, clientTypes } from './client-types.ts'
import { emptyValues, hasSecret, titles } from './client-values.ts'
import styles from './clients.module.css'
import { CreatedClient } from './created-client.tsx'
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

export function NewClientPage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/new-client' })
  const [created, setCreated] = useState<ClientWithSecret>()
  const choices = useRealmChoices(realm)
  const mayWrite = useMayWrite(realm)
  if (created) return <CreatedClient realm={realm} client={created} />
  return (
    <Page
      title="New client"
      crumbs={[{ label: 'Clients', to: '/realms/$realm/clients', params: { realm } }]}
      lead={`An application that gets tokens from the realm ${realm}.`}
    >
      {!mayWrite && <Empty title="You may look, but not change" text="Ask an administrator of this realm." />}
      {mayWrite && choices && <NewClient realm={choices} onCreated={setCreated} />}
    </Page>
  )
}

interface NewClientProps {
  readonly realm: RealmChoices
  readonly onCreated: (client: ClientWithSecret) => void
}

function NewClient({ realm, onCreated }: NewClientProps): ReactNode {
  const { type: typeId } = useSearch({ from: '/realms/$realm/new-client' })
  const navigate = useNavigate()
  const type = clientType(typeId)
  const create = useCreateForm({
    operation: createClient,
    params: { realm: realm.name },
    values: { ...emptyValues(realm.name), ...type.values },
    required: ['client_name'],
    onDone: onCreated,
  })
  useLinkedFields(create.form)
  const choose = (next: ClientType) => {
    const { form } = create
    // What the kind says nothing about stays as it was typed; to choose one is not yet to have typed anything.
    if (form.formState.isDirty) for (const [name, value] of Object.entries(next.values)) form.setValue(name, value)
    else form.reset({ ...form.getValues(), ...next.values })
    void navigate({ to: '.', search: { type: next.id }, replace: true })
  }
  return (
    <Form
      of={create}
      back={{ to: '/realms/$realm/clients', params: { realm: realm.name } }}
      titles={titles}
      submitLabel="Submit"
    >
      <Contradictions realm={realm}>
        <FormSection title="Kind of application" text="Presets what most of its kind need. Everything can be changed.">
          <Types chosen={type} onChoose={choose} />
        </FormSection>
        <FormSection title="Basics" text="How the client is called here, and on the pages that people see.">
          <TextField
            name="client_id"
            label={titles.client_id}
            hint="What its requests name it by. It cannot be changed later."
            placeholder="shop-web"
            isRequired
            isMono
          />
          <TextField name="client_name" label={titles.client_name} placeholder="The shop" isRequired />
          <SecretField />
          <ExpiresIn realm={realm} />
          <EnabledField />
        </FormSection>
        <UserSections />
        <Rest key={type.id} realm={realm} isOpen={type.id === 'custom'} />
      </Contradictions>
    </Form>
  )
}

function Types({ chosen, onChoose }: { chosen: ClientType; onChoose: (type: ClientType) => void }): ReactNode {
  return (
    <fieldset className={styles.types} aria-label="Kind of application">
      {clientTypes.map((type) => {
        const Icon = type.icon
        return (
          <label key={type.id} className={styles.type}>
            <input
              type="radio"
              name="type"
              value={type.id}
              checked={type.id === chosen.id}
              onChange={() => onChoose(type)}
            />
            <Icon size={18} aria-hidden />
            <strong>{type.label}</strong>
            <small>{type.text}</small>
          </label>
        )
      })}
    </fieldset>
  )
}

function SecretField(): ReactNode {
  const method: unknown = useWatch({ name: 'token_endpoint_auth_method' })
  if (!hasSecret(method)) return null
  return (
    <TextField
      name="client_secret"
      label={titles.client_secret}
      hint="Leave it empty and one of 256 bits is made; it is shown once. One of your own has at least 16 characters."
      isSecret
    />
  )
}

/** Whoever signs users in has to say where the codes go. */
function UserSections(): ReactNode {
  const grants = useWatch({ name: 'grant_types' }) as readonly string[]
  return grants.includes('authorization_code') ? <AddressesSection /> : null
}

const inSight: ReadonlySet<string> = new Set([
  'client_id',
  'client_name',
  'client_secret',
  'expires_in',
  'enabled',
  'scope',
  'roles',
])
const addresses: ReadonlySet<string> = new Set(['redirect_uris', 'post_logout_redirect_uris', 'allowed_cors_origins'])

function Rest({ realm, isOpen }: { realm: RealmChoices; isOpen: boolean }): ReactNode {
  const grants = useWatch({ name: 'grant_types' }) as readonly string[]
  const hasAddresses = grants.includes('authorization_code')
  const folded = Object.keys(titles).filter((name) => !inSight.has(name) && !(hasAddresses && addresses.has(name)))
  return (
    <>
      <ScopesSection realm={realm} />
      <Folded fields={folded} isOpen={isOpen}>
        <FormSection title="About" text="For people who come across it.">
          <AboutFields />
        </FormSection>
        <AuthenticationSection />
        <GrantsSection />
        {!hasAddresses && <AddressesSection />}
        <TokensSection realm={realm} />
        <KeysSection />
        <AppearanceSection />
        <ReachSection realm={realm} />
      </Folded>
    </>
  )
}
