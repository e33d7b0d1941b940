/** A plan as people read it: `+` comes, `~` changes, `-` goes. */
import type { ConfigurationApplied, ConfigurationChange, ConfigurationPlan } from '#contract/configuration.ts'
import { safe, table } from './print.ts'

const MARKS = { create: '+', update: '~', delete: '-' } as const

export function toldChanges({ changes, kept }: Pick<ConfigurationPlan, 'changes' | 'kept'>): string {
  const lines = changes.flatMap(toldChange)
  const count = (action: ConfigurationChange['action']) => changes.filter((change) => change.action === action).length
  const summary = `${count('create')} to create, ${count('update')} to change, ${count('delete')} to delete`
  return `${[...lines, changes.length === 0 ? 'The realm is what the file says.' : summary, ...toldKept(kept)].join('\n')}\n`
}

function toldChange({ action, kind, name, fields }: ConfigurationChange): readonly string[] {
  const head = `${MARKS[action]} ${kind} ${safe(name)}`
  if (action === 'delete') return [head]
  const said = action === 'create' ? fields.filter(({ after }) => !isEmpty(after)) : fields
  const width = Math.max(0, ...said.map(({ field }) => field.length))
  const lines = said.map(({ field, before, after }) => {
    const values = action === 'create' ? shown(after) : `${shown(before)} -> ${shown(after)}`
    return `    ${field.padEnd(width)}  ${values}`
  })
  return [head, ...lines]
}

/** What the file leaves out and nobody asked to delete. */
function toldKept(kept: ConfigurationPlan['kept']): readonly string[] {
  if (kept.length === 0) return []
  const some = kept.slice(0, 10).map(({ kind, name }) => `  ${kind} ${safe(name)}`)
  const more = kept.length > some.length ? [`  and ${kept.length - some.length} more`] : []
  return ['Not in the file, and left alone (--prune deletes):', ...some, ...more]
}

/** Secrets that were made are told once, here. */
export function toldSecrets({ secrets }: ConfigurationApplied): string {
  if (secrets.length === 0) return ''
  return `Secrets that were generated, told this once:\n${table(['client_id', 'client_secret'], secrets)}`
}

function isEmpty(value: unknown): boolean {
  return value === '' || (Array.isArray(value) && value.length === 0)
}

function shown(value: unknown): string {
  return safe(JSON.stringify(value))
}
