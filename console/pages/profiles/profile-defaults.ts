/** What a provider profile fills into the form of a new OAuth server. */
import { z } from 'zod'
import type { listProfiles } from '#contract/profile.ts'
import type { RowOf } from '../../parts/list/column.ts'

export type Profile = RowOf<typeof listProfiles>

const variable = z.object({ label: z.string(), default: z.string().optional() })
const defaults = z
  .object({ variables: z.record(z.string(), variable).optional() })
  .catchall(z.union([z.string(), z.boolean()]))

export function defaultsOf(profile: Profile): z.output<typeof defaults> {
  return defaults.parse(profile.defaults)
}

/** With `{name}` in its texts filled from `typed`, or from what the profile proposes. */
export function filled(profile: Profile, typed: Readonly<Record<string, string>>): Record<string, string | boolean> {
  const { variables = {}, ...texts } = defaultsOf(profile)
  const fill = (text: string) =>
    text.replaceAll(/\{(\w+)\}/g, (all, name: string) => typed[name] ?? variables[name]?.default ?? all)
  return Object.fromEntries(
    Object.entries(texts).map(([field, value]) => [field, typeof value === 'string' ? fill(value) : value]),
  )
}
