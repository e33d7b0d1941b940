/** How grave a finding of the health rules is. */
import type { ReactNode } from 'react'
import type { Finding } from '#contract/health.ts'
import { Status, type Tone } from './status.tsx'

const tones: Readonly<Record<Finding['severity'], Tone>> = { error: 'bad', warning: 'warning', info: 'plain' }
export const severityWords: Readonly<Record<Finding['severity'], string>> = {
  error: 'Error',
  warning: 'Warning',
  info: 'Note',
}

export function Severity({ of }: { of: Finding['severity'] }): ReactNode {
  return <Status tone={tones[of]}>{severityWords[of]}</Status>
}
