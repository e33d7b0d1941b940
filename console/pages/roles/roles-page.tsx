/** The list of a realm's roles. */
import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useNavigate, useParams } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import type { ReactNode } from 'react'
import { createRole, listRoles, type Role } from '#contract/role.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import { useCreateForm } from '../../parts/form/contract-form.ts'
import { TextareaField, TextField } from '../../parts/form/fields.tsx'
import { FormDialog } from '../../parts/form/form-dialog.tsx'
import type { Column } from '../../parts/list/column.ts'
import { List } from '../../parts/list/list.tsx'
import { Page } from '../../parts/page/page.tsx'
import { Mark } from '../../parts/show/status.tsx'
import { roleNoun, useRoleActions, useRoleBulk } from './role-actions.tsx'

const columns: readonly Column<Role>[] = [
  {
    id: 'name',
    title: 'Name',
    kind: 'text',
    render: ({ name, built_in }) => (
      <>
        <span title={name} dir="auto">
          {name}
        </span>
        {built_in && <Mark>Built-in</Mark>}
      </>
    ),
  },
  { id: 'description', title: 'Description', kind: 'text' },
  { id: 'built_in', title: 'Built-in', kind: 'flag', isOptional: true },
  { id: 'created_at', title: 'Created', kind: 'time' },
  { id: 'updated_at', title: 'Changed', kind: 'time', isOptional: true },
]

export function RolesPage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/roles' })
  const mayWrite = useMayWrite(realm)
  const actions = useRoleActions(realm)
  const bulk = useRoleBulk(realm)
  const [isNew, dialog] = useDisclosure(false)
  const at = ({ name }: Role) => ({ to: '/realms/$realm/roles/$name', params: { realm, name } }) as const
  const create = mayWrite && (
    <Button leftSection={<Plus size={15} aria-hidden />} onClick={dialog.open}>
      New role
    </Button>
  )
  return (
    <Page
      title="Roles"
      layout="fill"
      lead="What people are here. A user’s roles are the roles claim of their tokens, and authorities in the older shapes."
    >
      <List
        name="roles"
        noun={roleNoun}
        operation={listRoles}
        params={{ realm }}
        columns={columns}
        idOf={({ name }) => name}
        open={at}
        create={create}
        {...(mayWrite && { edit: (role: Role) => (role.built_in ? undefined : at(role)), actions, bulk })}
        empty={{
          title: 'No roles yet',
          text: 'A role is a word that your APIs understand: editor, approver. Make one, then give it to users.',
          action: create,
        }}
      />
      <NewRole key={realm} realm={realm} isOpen={isNew} onClose={dialog.close} />
    </Page>
  )
}

function NewRole({ realm, isOpen, onClose }: { realm: string; isOpen: boolean; onClose: () => void }): ReactNode {
  const navigate = useNavigate()
  const create = useCreateForm({
    operation: createRole,
    params: { realm },
    values: { name: '', description: '' },
    onDone: ({ name }) => {
      tellDone(`${name} was made`)
      void navigate({ to: '/realms/$realm/roles/$name', params: { realm, name } })
    },
  })
  return (
    <FormDialog of={create} isOpen={isOpen} title="New role" submitLabel="Create" onClose={onClose}>
      <TextField name="name" label="Name" isRequired hint="As it stands in tokens. It cannot be changed later." />
      <TextareaField name="description" label="Description" />
    </FormDialog>
  )
}
