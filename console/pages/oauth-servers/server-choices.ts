/** What of its realm an OAuth server's form has to know: what can be chosen. */
import { applications } from '#contract/application.ts'
import { listCategories } from '#contract/category.ts'
import { listClients } from '#contract/client.ts'
import { environments } from '#contract/environment.ts'
import { listProfiles } from '#contract/profile.ts'
import { useRead } from '../../parts/api/call.ts'
import type { Option } from '../../parts/form/fields.tsx'
import type { RowOf } from '../../parts/list/column.ts'

export type Profile = RowOf<typeof listProfiles>

export interface ServerChoices {
  readonly realm: string
  readonly profiles: readonly Profile[]
  readonly categories: readonly Option[]
  readonly clients: readonly Option[]
  readonly environments: readonly Option[]
  readonly applications: readonly Option[]
}

/** Undefined until all of it is there: a choice that comes later would change what is shown as chosen. */
export function useServerChoices(realm: string): ServerChoices | undefined {
  const input = { params: { realm }, query: { page_size: 1000 } } as const
  const profiles = useRead(listProfiles, { params: { realm }, query: { page_size: 1000 } }).data?.value.items
  const categories = useRead(listCategories, input).data?.value.items
  const clients = useRead(listClients, input).data?.value.items
  const inEnvironments = useRead(environments.list, input).data?.value.items
  const inApplications = useRead(applications.list, input).data?.value.items
  if (!profiles || !categories || !clients || !inEnvironments || !inApplications) return undefined
  return {
    realm,
    profiles,
    categories: categories.map(named),
    clients: [
      { value: '*', label: 'Every client of the realm' },
      ...clients.map(({ client_id, client_name }) => ({ value: client_id, label: `${client_id} (${client_name})` })),
    ],
    environments: inEnvironments.map(named),
    applications: inApplications.map(named),
  }
}

function named({ name }: { name: string }): Option {
  return { value: name, label: name }
}
