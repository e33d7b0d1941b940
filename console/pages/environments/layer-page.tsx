/** A list of environments, or of applications: names whose settings of OAuth servers differ. Both are the same. */
import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Pencil, Plus } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { z } from 'zod'
import { bulkApplications, bulkEnvironments } from '#contract/bulk.ts'
import type { environments } from '#contract/environment.ts'
import { useWrite } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import type { AskedActions } from '../../parts/dialog/ask-first.tsx'
import { namedDeletion } from '../../parts/dialog/deleting.tsx'
import { tellDone } from '../../parts/dialog/undo.tsx'
import { useCreateForm, useEditForm } from '../../parts/form/contract-form.ts'
import { TextareaField, TextField } from '../../parts/form/fields.tsx'
import { FormDialog } from '../../parts/form/form-dialog.tsx'
import { runBulk } from '../../parts/list/bulk.ts'
import type { Column } from '../../parts/list/column.ts'
import { List } from '../../parts/list/list.tsx'
import { Page, type Tab } from '../../parts/page/page.tsx'
import type { Noun } from '../../parts/show/text.ts'

/** Those of applications are the same. */
type Operations = typeof environments
type Layer = z.output<Operations['read']['answer']>

interface LayerPageProps {
  readonly realm: string
  readonly operations: Operations
  readonly noun: Noun
  readonly title: string
  readonly lead: string
  /** Said while there is none. */
  readonly text: string
}

export function layerTabs(realm: string): readonly Tab[] {
  return [
    { label: 'Environments', to: '/realms/$realm/environments', params: { realm } },
    { label: 'Applications', to: '/realms/$realm/applications', params: { realm } },
  ]
}

const columns: readonly Column<Layer>[] = [
  { id: 'name', title: 'Name', kind: 'text' },
  { id: 'description', title: 'Description', kind: 'text' },
  { id: 'created_at', title: 'Created', kind: 'time' },
  { id: 'updated_at', title: 'Changed', kind: 'time', isOptional: true },
]

export function LayerPage({ realm, operations, noun, title, lead, text }: LayerPageProps): ReactNode {
  const mayWrite = useMayWrite(realm)
  const [isNew, dialog] = useDisclosure(false)
  const [edited, setEdited] = useState<Layer>()
  const deleting = useDeleteLayer(realm, operations, noun)
  const create = mayWrite && (
    <Button leftSection={<Plus size={15} aria-hidden />} onClick={dialog.open}>
      New {noun.one}
    </Button>
  )
  return (
    <Page title={title} layout="fill" lead={lead} tabs={layerTabs(realm)}>
      <List
        name={noun.many}
        noun={noun}
        operation={operations.list}
        params={{ realm }}
        columns={columns}
        idOf={({ name }) => name}
        create={create}
        {...(mayWrite && {
          actions: [{ label: 'Edit', icon: Pencil, run: setEdited }, ...deleting.actions],
          bulk: deleting.bulk,
        })}
        empty={{ title: `No ${noun.many} yet`, text, action: create }}
      />
      <NewLayer key={realm} {...{ realm, operations, noun }} isOpen={isNew} onClose={dialog.close} />
      {edited && <EditLayer {...{ realm, operations, noun }} layer={edited} onClose={() => setEdited(undefined)} />}
    </Page>
  )
}

function useDeleteLayer(realm: string, operations: Operations, noun: Noun): AskedActions<Layer> {
  const { mutateAsync: remove } = useWrite(operations.remove)
  const isEnvironment = noun.one === 'environment'
  const many = isEnvironment ? bulkEnvironments : bulkApplications
  return namedDeletion<Layer>({
    realm,
    kind: isEnvironment ? 'environment' : 'application',
    noun,
    staysDead: 'Clients and OAuth servers have to name it again.',
    impact: 'Only what no client and no OAuth server names can be deleted.',
    impactOfMany: 'Only those that no client and no OAuth server names can be deleted.',
    one: ({ name }) => remove({ params: { realm, name }, body: undefined }),
    many: (ids) => runBulk(many, realm, 'delete', ids),
  })
}

interface DialogProps {
  readonly realm: string
  readonly operations: Operations
  readonly noun: Noun
  readonly onClose: () => void
}

function NewLayer({ realm, operations, noun, isOpen, onClose }: DialogProps & { isOpen: boolean }): ReactNode {
  const create = useCreateForm({
    operation: operations.create,
    params: { realm },
    values: { name: '', description: '' },
    onDone: ({ name }) => {
      tellDone(`${name} was made`)
      create.form.reset({ name: '', description: '' })
      onClose()
    },
  })
  return (
    <FormDialog of={create} isOpen={isOpen} title={`New ${noun.one}`} submitLabel="Create" onClose={onClose}>
      <LayerFields />
    </FormDialog>
  )
}

function EditLayer({ realm, operations, noun, layer, onClose }: DialogProps & { layer: Layer }): ReactNode {
  const edit = useEditForm({
    read: operations.read,
    write: operations.update,
    params: { realm, name: layer.name },
    stored: { value: layer, etag: undefined, location: undefined },
    valuesOf: ({ name, description }) => ({ name, description }),
    onDone: ({ name }) => {
      tellDone(`${name} is saved`)
      onClose()
    },
  })
  return (
    <FormDialog of={edit} isOpen title={`Edit ${noun.one}`} submitLabel="Save" onClose={onClose}>
      <LayerFields />
    </FormDialog>
  )
}

function LayerFields(): ReactNode {
  return (
    <>
      <TextField name="name" label="Name" isRequired />
      <TextareaField name="description" label="Description" />
    </>
  )
}
