/** Which roles can be given to somebody. Those that administer a realm come into being when they are first given. */
import { listRoles } from '#contract/role.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMe } from '../../parts/api/rights.ts'
import type { Option } from '../../parts/form/fields.tsx'

export type RoleChoice = Option

export function useRoleChoices(realm: string): readonly RoleChoice[] {
  const { realms } = useMe()
  const { data } = useRead(listRoles, { params: { realm }, query: { page_size: 1000 } })
  const there = (data?.value.items ?? []).map(({ name }) => name)
  const administrative =
    realm === 'system' ? realms.flatMap((name) => [`realm-admin:${name}`, `realm-viewer:${name}`]) : []
  const known = new Set([...there, ...administrative].filter((name) => !name.endsWith(':system')))
  return [...known].map((name) => ({ value: name, label: name }))
}
