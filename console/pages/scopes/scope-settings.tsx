/** What a scope is for. */
import { useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Answer } from '#contract/caller.ts'
import { readScope, type Scope, updateScope } from '#contract/scope.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import { useEditForm } from '../../parts/form/contract-form.ts'
import { TextareaField } from '../../parts/form/fields.tsx'
import { FixedValue } from '../../parts/form/fixed-value.tsx'
import { Form, FormSection } from '../../parts/form/form.tsx'

export function ScopeSettings(): ReactNode {
  const { realm, name } = useParams({ from: '/realms/$realm/scopes/$name/' })
  const { data } = useRead(readScope, { params: { realm, name } })
  return data && <Settings key={name} realm={realm} stored={data} />
}

function Settings({ realm, stored }: { realm: string; stored: Answer<Scope> }): ReactNode {
  const mayWrite = useMayWrite(realm)
  const { name, api, built_in } = stored.value
  const edit = useEditForm({
    read: readScope,
    write: updateScope,
    params: { realm, name },
    stored,
    valuesOf: ({ description }) => ({ description }),
    onDone: () => tellDone(`${name} is saved`),
  })
  return (
    <Form
      of={edit}
      back={{ to: '/realms/$realm/scopes', params: { realm } }}
      titles={{ description: 'Description' }}
      isReadOnly={!mayWrite || built_in}
    >
      <FormSection
        title="Scope"
        text={
          built_in
            ? 'This scope comes with Sallyport: it can be allowed to clients, not changed.'
            : 'Its name and its API are part of tokens that are out there: they stay as they are.'
        }
      >
        <FixedValue label="Name" value={name} />
        <FixedValue label="API" value={api ?? 'None: a scope of OpenID Connect'} />
        <TextareaField
          name="description"
          label="Description"
          rows={3}
          hint="Users read it where they are asked to agree."
        />
      </FormSection>
    </Form>
  )
}
