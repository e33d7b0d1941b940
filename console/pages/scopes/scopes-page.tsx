/** The list of a realm's scopes, beside that of its APIs. */
import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useNavigate, useParams } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import type { ReactNode } from 'react'
import { listApis } from '#contract/api.ts'
import { createScope, listScopes, type Scope } from '#contract/scope.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import { useCreateForm } from '../../parts/form/contract-form.ts'
import { SelectField, TextareaField, TextField } from '../../parts/form/fields.tsx'
import { FormDialog } from '../../parts/form/form-dialog.tsx'
import type { Column } from '../../parts/list/column.ts'
import { List } from '../../parts/list/list.tsx'
import { Page } from '../../parts/page/page.tsx'
import { Mark } from '../../parts/show/status.tsx'
import { Nothing } from '../../parts/show/time.tsx'
import { resourceTabs } from './resource-tabs.ts'
import { scopeNoun, useScopeActions, useScopeBulk } from './scope-actions.tsx'

const columns: readonly Column<Scope>[] = [
  {
    id: 'name',
    title: 'Name',
    kind: 'text',
    render: ({ name, built_in }) => (
      <>
        <span title={name}>{name}</span>
        {built_in && <Mark>Built-in</Mark>}
      </>
    ),
  },
  { id: 'description', title: 'Description', kind: 'text' },
  {
    id: 'api',
    title: 'API',
    kind: 'text',
    render: ({ api }) => (api === null ? <Nothing says="OpenID Connect" /> : <span title={api}>{api}</span>),
  },
  { id: 'built_in', title: 'Built-in', kind: 'flag', isOptional: true },
]

export function ScopesPage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/scopes' })
  const mayWrite = useMayWrite(realm)
  const actions = useScopeActions(realm)
  const bulk = useScopeBulk(realm)
  const [isNew, dialog] = useDisclosure(false)
  const at = ({ name }: Scope) => ({ to: '/realms/$realm/scopes/$name', params: { realm, name } }) as const
  const create = mayWrite && (
    <Button leftSection={<Plus size={15} aria-hidden />} onClick={dialog.open}>
      New scope
    </Button>
  )
  return (
    <Page
      title="Scopes"
      layout="fill"
      lead="What clients can ask for: parts of a person’s profile, or what may be done at an API."
      tabs={resourceTabs(realm)}
    >
      <List
        name="scopes"
        noun={scopeNoun}
        operation={listScopes}
        params={{ realm }}
        columns={columns}
        idOf={({ name }) => name}
        open={at}
        create={create}
        {...(mayWrite && { edit: (scope: Scope) => (scope.built_in ? undefined : at(scope)), actions, bulk })}
        empty={{ title: 'No scopes', text: 'Register an API first, then say what may be done there.', action: create }}
      />
      <NewScope key={realm} realm={realm} isOpen={isNew} onClose={dialog.close} />
    </Page>
  )
}

function NewScope({ realm, isOpen, onClose }: { realm: string; isOpen: boolean; onClose: () => void }): ReactNode {
  const navigate = useNavigate()
  const apis = useRead(listApis, { params: { realm }, query: { page_size: 1000 } }, { isEnabled: isOpen })
  const create = useCreateForm({
    operation: createScope,
    params: { realm },
    values: { name: '', api: null, description: '' },
    onDone: ({ name }) => {
      tellDone(`${name} was made`)
      void navigate({ to: '/realms/$realm/scopes/$name', params: { realm, name } })
    },
  })
  const options = (apis.data?.value.items ?? []).map(({ identifier, name }) => ({
    value: identifier,
    label: name === identifier ? identifier : `${name}: ${identifier}`,
  }))
  return (
    <FormDialog of={create} isOpen={isOpen} title="New scope" submitLabel="Create" onClose={onClose}>
      <TextField
        name="name"
        label="Name"
        isRequired
        placeholder="orders:read"
        hint="What clients ask for and tokens say. It cannot be changed later."
      />
      <SelectField
        name="api"
        label="API"
        isRequired
        options={options}
        none="Choose one"
        hint="Tokens with this scope are for this API alone."
      />
      <TextareaField name="description" label="Description" hint="Users read it where they are asked to agree." />
    </FormDialog>
  )
}
