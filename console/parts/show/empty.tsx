/** Where there is nothing yet: what it is, and the next step. */
import type { ReactNode } from 'react'
import styles from './empty.module.css'

interface EmptyProps {
  readonly title: string
  readonly text: string
  /** Buttons for the next step. */
  readonly children?: ReactNode
}

export function Empty({ title, text, children }: EmptyProps): ReactNode {
  return (
    <div className={styles.empty}>
      <svg viewBox="0 0 32 32" width="44" height="44" aria-hidden className={styles.gate}>
        <path d="M5 28V15.5a11 11 0 0 1 22 0V28" />
        <path className={styles.in} d="M15 27V10.5L9 12.6v11.6z" />
        <path className={styles.out} d="M17 27.4V9.6l6-1.9v19.7z" />
        <path d="M3 28h26" />
      </svg>
      <h2>{title}</h2>
      <p>{text}</p>
      {children !== undefined && <div className={styles.actions}>{children}</div>}
    </div>
  )
}
