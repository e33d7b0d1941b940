/** What an API is called, and the scopes that it has. */
import { Group } from '@mantine/core'
import { Link, useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { type Api, readApi, updateApi } from '#contract/api.ts'
import type { Answer } from '#contract/caller.ts'
import { listScopes } from '#contract/scope.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import { useEditForm } from '../../parts/form/contract-form.ts'
import { TextField } from '../../parts/form/fields.tsx'
import { FixedValue } from '../../parts/form/fixed-value.tsx'
import { Form, FormSection } from '../../parts/form/form.tsx'

export function ApiSettings(): ReactNode {
  const { realm, id } = useParams({ from: '/realms/$realm/apis/$id/' })
  const { data } = useRead(readApi, { params: { realm, id } })
  return data && <Settings key={id} realm={realm} stored={data} />
}

function Settings({ realm, stored }: { realm: string; stored: Answer<Api> }): ReactNode {
  const mayWrite = useMayWrite(realm)
  const { id, identifier, built_in } = stored.value
  const edit = useEditForm({
    read: readApi,
    write: updateApi,
    params: { realm, id },
    stored,
    valuesOf: ({ name }) => ({ name }),
    onDone: ({ name }) => tellDone(`${name} is saved`),
  })
  return (
    <Form
      of={edit}
      back={{ to: '/realms/$realm/apis', params: { realm } }}
      titles={{ name: 'Name' }}
      isReadOnly={!mayWrite || built_in}
    >
      <FormSection
        title="API"
        text={
          built_in
            ? 'This API comes with Sallyport: it can be read here, not changed.'
            : 'The identifier is the audience of the tokens for it: it stays as it is.'
        }
      >
        <FixedValue label="Identifier" value={identifier} />
        <TextField name="name" label="Name" />
      </FormSection>
      <FormSection title="Scopes" text="What clients can ask for at this API. They are made in the list of scopes.">
        <ScopesOf realm={realm} identifier={identifier} />
      </FormSection>
    </Form>
  )
}

function ScopesOf({ realm, identifier }: { realm: string; identifier: string }): ReactNode {
  const { data } = useRead(listScopes, { params: { realm }, query: { page_size: 1000 } })
  const names = (data?.value.items ?? []).filter(({ api }) => api === identifier).map(({ name }) => name)
  if (names.length === 0) return 'None yet'
  return (
    <Group gap="xs">
      {names.map((name) => (
        <Link key={name} to="/realms/$realm/scopes/$name" params={{ realm, name }} className="text">
          {name}
        </Link>
      ))}
    </Group>
  )
}
