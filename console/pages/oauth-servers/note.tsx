/** A sentence below a field: a rule that bites here, or a risk. */
import { Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import styles from './oauth-servers.module.css'

export function Note({ tone = 'note', children }: { tone?: 'note' | 'risk'; children: ReactNode }): ReactNode {
  const Icon = tone === 'risk' ? TriangleAlert : Info
  return (
    <p className={styles.note} data-tone={tone}>
      <Icon size={16} aria-hidden />
      <span>{children}</span>
    </p>
  )
}
