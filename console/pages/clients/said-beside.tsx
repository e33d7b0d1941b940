/** What stands below a field when it contradicts another one. */
import { Button } from '@mantine/core'
import { CircleAlert, Info, TriangleAlert } from 'lucide-react'
import { createContext, type ReactNode, use, useMemo } from 'react'
import { useFormContext, useWatch } from 'react-hook-form'
import type { Values } from '../../parts/form/contract-form.ts'
import { useFormPlace } from '../../parts/form/form-place.tsx'
import styles from './clients.module.css'
import { type Contradiction, contradictions, type RealmFacts } from './contradictions.ts'

const none: readonly Contradiction[] = []
const Context = createContext<readonly Contradiction[]>(none)

interface ContradictionsProps {
  readonly realm: RealmFacts
  /** False for what comes with Sallyport: nobody could change it. */
  readonly isJudged?: boolean
  readonly children: ReactNode
}

/** Judges the whole form once for all its fields. */
export function Contradictions({ realm, isJudged = true, children }: ContradictionsProps): ReactNode {
  const values = useWatch() as Values
  const found = useMemo(() => (isJudged ? contradictions(values, realm) : none), [isJudged, values, realm])
  return <Context value={found}>{children}</Context>
}

const icons = { wrong: CircleAlert, risk: TriangleAlert, note: Info }

/** Said aloud when it comes up; to who may change nothing nothing is offered. */
export function SaidBeside({ field }: { field: string }): ReactNode {
  const found = use(Context).filter((one) => one.field === field)
  const { setValue } = useFormContext()
  const { isReadOnly } = useFormPlace()
  return (
    <div aria-live="polite" className={styles.beside}>
      {found.map(({ tone, text, fix }) => {
        const Icon = icons[tone]
        return (
          <div key={text} className={styles.contradiction} data-tone={tone}>
            <Icon size={16} aria-hidden />
            <p>{text}</p>
            {fix && !isReadOnly && (
              <Button
                variant="default"
                size="compact-sm"
                // The field keeps the focus: leaving it could move this button away from under the mouse.
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => {
                  for (const [name, value] of Object.entries(fix.values)) setValue(name, value, { shouldDirty: true })
                }}
              >
                {fix.label}
              </Button>
            )}
          </div>
        )
      })}
    </div>
  )
}
