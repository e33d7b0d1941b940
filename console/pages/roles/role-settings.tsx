/** What a role says of itself. */
import { useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Answer } from '#contract/caller.ts'
import { type Role, readRole, updateRole } from '#contract/role.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import { useEditForm } from '../../parts/form/contract-form.ts'
import { TextareaField } from '../../parts/form/fields.tsx'
import { FixedValue } from '../../parts/form/fixed-value.tsx'
import { Form, FormSection } from '../../parts/form/form.tsx'

export function RoleSettings(): ReactNode {
  const { realm, name } = useParams({ from: '/realms/$realm/roles/$name/' })
  const { data } = useRead(readRole, { params: { realm, name } })
  return data && <Settings key={name} realm={realm} stored={data} />
}

function Settings({ realm, stored }: { realm: string; stored: Answer<Role> }): ReactNode {
  const mayWrite = useMayWrite(realm)
  const { name, built_in } = stored.value
  const edit = useEditForm({
    read: readRole,
    write: updateRole,
    params: { realm, name },
    stored,
    valuesOf: ({ description }) => ({ description }),
    onDone: () => tellDone(`${name} is saved`),
  })
  return (
    <Form
      of={edit}
      back={{ to: '/realms/$realm/roles', params: { realm } }}
      titles={{ description: 'Description' }}
      isReadOnly={!mayWrite || built_in}
    >
      <FormSection
        title="Role"
        text={
          built_in
            ? 'This role comes with Sallyport: it can be given to people, not changed.'
            : 'The name is what APIs look for in a token: another name is another role.'
        }
      >
        <FixedValue label="Name" value={name} />
        <TextareaField name="description" label="Description" rows={3} />
      </FormSection>
    </Form>
  )
}
