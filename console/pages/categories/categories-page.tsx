/** The folders of a realm's OAuth servers. */
import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useParams } from '@tanstack/react-router'
import { Pencil, Plus } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { bulkCategories } from '#contract/bulk.ts'
import {
  type Category,
  createCategory,
  deleteCategory,
  listCategories,
  readCategory,
  updateCategory,
} from '#contract/category.ts'
import { listClients } from '#contract/client.ts'
import { useRead, useWrite } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import type { AskedActions } from '../../parts/dialog/ask-first.tsx'
import { namedDeletion } from '../../parts/dialog/deleting.tsx'
import { tellDone } from '../../parts/dialog/undo.tsx'
import { useCreateForm, useEditForm } from '../../parts/form/contract-form.ts'
import { MultiSelectField, TextareaField, TextField } from '../../parts/form/fields.tsx'
import { FormDialog } from '../../parts/form/form-dialog.tsx'
import { runBulk } from '../../parts/list/bulk.ts'
import type { Column } from '../../parts/list/column.ts'
import { List } from '../../parts/list/list.tsx'
import { Page } from '../../parts/page/page.tsx'
import { Tags } from '../../parts/show/status.tsx'
import { Nothing } from '../../parts/show/time.tsx'

const categoryNoun = { one: 'category', many: 'categories' }

const columns: readonly Column<Category>[] = [
  { id: 'name', title: 'Name', kind: 'text' },
  { id: 'description', title: 'Description', kind: 'text' },
  {
    id: 'allowed_clients',
    title: 'Only for',
    kind: 'tags',
    render: ({ allowed_clients }) =>
      allowed_clients === null ? <Nothing says="no restriction" /> : <Tags of={allowed_clients} />,
  },
  { id: 'created_at', title: 'Created', kind: 'time' },
  { id: 'updated_at', title: 'Changed', kind: 'time', isOptional: true },
]

export function CategoriesPage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/categories' })
  const mayWrite = useMayWrite(realm)
  const [isNew, dialog] = useDisclosure(false)
  const [edited, setEdited] = useState<Category>()
  const deleting = useDeleteCategory(realm)
  const serversOf = ({ name }: Category) =>
    ({ to: '/realms/$realm/oauth-servers', params: { realm }, search: { category: name } as never }) as const
  const create = mayWrite && (
    <Button leftSection={<Plus size={15} aria-hidden />} onClick={dialog.open}>
      New category
    </Button>
  )
  return (
    <Page
      title="Categories"
      layout="fill"
      lead="Folders of OAuth servers. A folder may restrict who uses what is in it."
    >
      <List
        name="categories"
        noun={categoryNoun}
        operation={listCategories}
        params={{ realm }}
        columns={columns}
        idOf={({ name }) => name}
        open={serversOf}
        create={create}
        {...(mayWrite && {
          actions: [{ label: 'Edit', icon: Pencil, run: setEdited }, ...deleting.actions],
          bulk: deleting.bulk,
        })}
        empty={{
          title: 'No categories yet',
          text: 'Make one, then choose it in an OAuth server’s settings.',
          action: create,
        }}
      />
      <NewCategory key={realm} realm={realm} isOpen={isNew} onClose={dialog.close} />
      {edited && <EditCategory realm={realm} category={edited} onClose={() => setEdited(undefined)} />}
    </Page>
  )
}

function useDeleteCategory(realm: string): AskedActions<Category> {
  const { mutateAsync: remove } = useWrite(deleteCategory)
  return namedDeletion<Category>({
    realm,
    kind: 'category',
    noun: categoryNoun,
    staysDead: 'OAuth servers have to be put into it again.',
    impact: 'Only a category that holds no OAuth server can be deleted.',
    impactOfMany: 'Only categories that hold no OAuth server can be deleted.',
    one: ({ name }) => remove({ params: { realm, name }, body: undefined }),
    many: (ids) => runBulk(bulkCategories, realm, 'delete', ids),
  })
}

interface DialogProps {
  readonly realm: string
  readonly onClose: () => void
}

const empty = { name: '', description: '', allowed_clients: null }

function NewCategory({ realm, isOpen, onClose }: DialogProps & { isOpen: boolean }): ReactNode {
  const create = useCreateForm({
    operation: createCategory,
    params: { realm },
    values: empty,
    onDone: ({ name }) => {
      tellDone(`${name} was made`)
      create.form.reset(empty)
      onClose()
    },
  })
  return (
    <FormDialog of={create} isOpen={isOpen} title="New category" submitLabel="Create" onClose={onClose}>
      <CategoryFields realm={realm} />
    </FormDialog>
  )
}

function EditCategory({ realm, category, onClose }: DialogProps & { category: Category }): ReactNode {
  const edit = useEditForm({
    read: readCategory,
    write: updateCategory,
    params: { realm, name: category.name },
    stored: { value: category, etag: undefined, location: undefined },
    valuesOf: ({ name, description, allowed_clients }) => ({ name, description, allowed_clients }),
    onDone: ({ name }) => {
      tellDone(`${name} is saved`)
      onClose()
    },
  })
  return (
    <FormDialog of={edit} isOpen title="Edit category" submitLabel="Save" onClose={onClose}>
      <CategoryFields realm={realm} />
    </FormDialog>
  )
}

function CategoryFields({ realm }: { realm: string }): ReactNode {
  const clients = useRead(listClients, { params: { realm }, query: { page_size: 1000 } }).data?.value.items ?? []
  return (
    <>
      <TextField name="name" label="Name" isRequired />
      <TextareaField name="description" label="Description" />
      <MultiSelectField
        name="allowed_clients"
        label="Only for these clients"
        hint="Beside what each server allows. Empty: the category restricts nothing."
        options={clients.map(({ client_id }) => ({ value: client_id, label: client_id }))}
        isNullWhenEmpty
      />
    </>
  )
}
