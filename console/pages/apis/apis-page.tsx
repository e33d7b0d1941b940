/** The list of a realm's APIs: what tokens are for. */
import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useNavigate, useParams } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import type { ReactNode } from 'react'
import { type Api, createApi, listApis } from '#contract/api.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import { useCreateForm } from '../../parts/form/contract-form.ts'
import { TextField } from '../../parts/form/fields.tsx'
import { FormDialog } from '../../parts/form/form-dialog.tsx'
import type { Column } from '../../parts/list/column.ts'
import { List } from '../../parts/list/list.tsx'
import { Page } from '../../parts/page/page.tsx'
import { Mark } from '../../parts/show/status.tsx'
import { resourceTabs } from '../scopes/resource-tabs.ts'
import { apiNoun, useApiActions } from './api-actions.tsx'

const columns: readonly Column<Api>[] = [
  {
    id: 'identifier',
    title: 'Identifier',
    kind: 'text',
    render: ({ identifier, built_in }) => (
      <>
        <span title={identifier}>{identifier}</span>
        {built_in && <Mark>Built-in</Mark>}
      </>
    ),
  },
  { id: 'name', title: 'Name', kind: 'text' },
  { id: 'built_in', title: 'Built-in', kind: 'flag', isOptional: true },
]

export function ApisPage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/apis' })
  const mayWrite = useMayWrite(realm)
  const actions = useApiActions(realm)
  const [isNew, dialog] = useDisclosure(false)
  const at = ({ id }: Api) => ({ to: '/realms/$realm/apis/$id', params: { realm, id } }) as const
  const create = mayWrite && (
    <Button leftSection={<Plus size={15} aria-hidden />} onClick={dialog.open}>
      New API
    </Button>
  )
  return (
    <Page
      title="APIs"
      layout="fill"
      lead="What tokens are for: each API is an audience, and has scopes of its own (RFC 8707)."
      tabs={resourceTabs(realm)}
    >
      <List
        name="apis"
        noun={apiNoun}
        operation={listApis}
        params={{ realm }}
        columns={columns}
        idOf={({ id }) => id}
        nameOf={({ identifier }) => identifier}
        open={at}
        create={create}
        {...(mayWrite && { edit: (api: Api) => (api.built_in ? undefined : at(api)), actions })}
        empty={{ title: 'No APIs', text: 'Register what your clients call with their tokens.', action: create }}
      />
      <NewApi key={realm} realm={realm} isOpen={isNew} onClose={dialog.close} />
    </Page>
  )
}

function NewApi({ realm, isOpen, onClose }: { realm: string; isOpen: boolean; onClose: () => void }): ReactNode {
  const navigate = useNavigate()
  const create = useCreateForm({
    operation: createApi,
    params: { realm },
    values: { identifier: '', name: '' },
    onDone: ({ id, identifier }) => {
      tellDone(`${identifier} was made`)
      void navigate({ to: '/realms/$realm/apis/$id', params: { realm, id } })
    },
  })
  return (
    <FormDialog of={create} isOpen={isOpen} title="New API" submitLabel="Create" onClose={onClose}>
      <TextField
        name="identifier"
        label="Identifier"
        isRequired
        placeholder="https://orders.example/api"
        hint="Its address, as the audience of tokens. It cannot be changed later."
      />
      <TextField name="name" label="Name" placeholder="Orders" hint="Empty: the identifier." />
    </FormDialog>
  )
}
