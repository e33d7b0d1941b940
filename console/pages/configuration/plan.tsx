/** What a file would change, and the button that makes it so: asked about first, and held to what was shown. */
import { Button, Text } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'
import { applyConfiguration, type ConfigurationApplied, type ConfigurationPlan } from '#contract/configuration.ts'
import { useWrite } from '../../parts/api/call.ts'
import { confirm } from '../../parts/dialog/confirm.ts'
import { Changes, Kept, summaryOf } from './changes.tsx'
import styles from './configuration.module.css'

export interface Planned {
  readonly yaml: string
  readonly prune: boolean
  readonly secrets: Record<string, string>
}

interface PlanProps {
  readonly realm: string
  readonly plan: ConfigurationPlan
  readonly of: Planned
  readonly onApplied: (applied: ConfigurationApplied) => void
}

export function Plan({ realm, plan, of, onApplied }: PlanProps): ReactNode {
  const { changes, kept, fingerprint } = plan
  const { mutateAsync } = useWrite(applyConfiguration)
  const isNothing = changes.length === 0
  const place = useRef<HTMLParagraphElement>(null)
  // It comes below what was typed, where nobody would see it.
  useEffect(() => {
    place.current?.scrollIntoView({ block: 'center' })
  }, [])
  const apply = async () => {
    let applied: ConfigurationApplied | undefined
    await confirm({
      title: `Apply this file to ${realm}?`,
      body: <Text size="sm">{risk(changes)}</Text>,
      confirm: 'Apply',
      isDangerous: changes.some(({ action }) => action === 'delete'),
      run: async () => {
        applied = (await mutateAsync({ params: { realm }, body: { ...of, fingerprint } })).value
      },
    })
    if (applied) onApplied(applied)
  }
  return (
    <div>
      <p ref={place} className={styles.summary} role="status">
        {isNothing ? 'The realm is what the file says.' : summaryOf(changes)}
      </p>
      <Changes of={changes} />
      <Kept of={kept} />
      {!isNothing && (
        <div className={styles.bar}>
          <Button onClick={() => void apply()}>Apply</Button>
        </div>
      )}
    </div>
  )
}

function risk(changes: ConfigurationPlan['changes']): string {
  const deleted = changes.filter(({ action }) => action === 'delete')
  const dead = deleted.some(({ kind }) => kind === 'client') ? ' All tokens of deleted clients are dead at once.' : ''
  const bin =
    deleted.length === 0
      ? ''
      : ' Clients, roles, scopes, APIs and OAuth servers go to the recycle bin; environments, applications and categories are gone.'
  return `${summaryOf(changes)}: all of it, or nothing where something is refused or the realm has changed since the plan.${dead}${bin}`
}
