/** A state in a colour, an icon and a word: never by the colour alone. */
import { Ban, CircleAlert, CircleCheck, CircleDashed, type LucideIcon, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import styles from './status.module.css'
import { Nothing } from './time.tsx'

export type Tone = 'good' | 'off' | 'warning' | 'bad' | 'plain'

const icons: Readonly<Record<Tone, LucideIcon>> = {
  good: CircleCheck,
  off: Ban,
  warning: TriangleAlert,
  bad: CircleAlert,
  plain: CircleDashed,
}

export function Status({ tone, children }: { tone: Tone; children: ReactNode }): ReactNode {
  const Icon = icons[tone]
  return (
    <span className={styles.status} data-tone={tone}>
      <Icon size={14} aria-hidden strokeWidth={2.25} />
      {children}
    </span>
  )
}

export function Enabled({ is }: { is: boolean }): ReactNode {
  return <Status tone={is ? 'good' : 'off'}>{is ? 'Enabled' : 'Disabled'}</Status>
}

/** Short words in a row: grant types, scopes, roles. */
export function Tags({ of }: { of: readonly string[] }): ReactNode {
  if (of.length === 0) return <Nothing />
  return (
    <span className={styles.tags}>
      {of.map((tag) => (
        <span key={tag} className={styles.tag} dir="auto">
          {tag}
        </span>
      ))}
    </span>
  )
}

/** A quiet mark beside a name: built-in, not registered. */
export function Mark({ children }: { children: ReactNode }): ReactNode {
  return <span className={styles.mark}>{children}</span>
}
