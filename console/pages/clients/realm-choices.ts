/** What of its realm a client's form has to know: what holds where it says nothing, and what can be chosen. */
import { listApis } from '#contract/api.ts'
import { applications } from '#contract/application.ts'
import { environments } from '#contract/environment.ts'
import { type Realm, readRealm } from '#contract/realm.ts'
import { listRoles } from '#contract/role.ts'
import { listScopes } from '#contract/scope.ts'
import { useRead } from '../../parts/api/call.ts'
import type { Option } from '../../parts/form/fields.tsx'

export interface RealmChoices
  extends Pick<
    Realm,
    'name' | 'token_validity' | 'allow_password_grant' | 'refresh_idle_seconds' | 'refresh_absolute_seconds'
  > {
  readonly scopes: readonly Option[]
  readonly apis: readonly Option[]
  readonly environments: readonly Option[]
  readonly applications: readonly Option[]
  /** Only in `system`. */
  readonly roles: readonly Option[]
}

/** Undefined until the realm itself is there; the lists to choose from may come a moment later. */
export function useRealmChoices(name: string): RealmChoices | undefined {
  const input = { params: { realm: name }, query: { page_size: 1000 } } as const
  const realm = useRead(readRealm, { params: { realm: name } }).data?.value
  const scopes = useRead(listScopes, input).data?.value.items ?? []
  const apis = useRead(listApis, input).data?.value.items ?? []
  const layers = {
    environments: useRead(environments.list, input).data?.value.items ?? [],
    applications: useRead(applications.list, input).data?.value.items ?? [],
  }
  const roles = useRead(listRoles, input, { isEnabled: name === 'system' }).data?.value.items ?? []
  return (
    realm && {
      ...realm,
      scopes: scopes.map((scope) => ({ value: scope.name, label: scope.name })),
      apis: apis.map((api) => ({ value: api.identifier, label: api.identifier })),
      environments: layers.environments.map(named),
      applications: layers.applications.map(named),
      roles: roles.map(named),
    }
  )
}

function named({ name }: { name: string }): Option {
  return { value: name, label: name }
}
