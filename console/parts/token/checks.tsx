/** What the server checked of a token, in its order, each with its sentence. */
import type { ReactNode } from 'react'
import type { z } from 'zod'
import type { inspection } from '#contract/inspect.ts'
import { Facts } from '../show/facts.tsx'
import { Status } from '../show/status.tsx'
import { sentence } from '../show/text.ts'
import { Nothing, Time } from '../show/time.tsx'
import styles from './token.module.css'

export type Inspection = z.infer<typeof inspection>

const kinds: Readonly<Record<Inspection['kind'], string>> = {
  access_token: 'Access token',
  id_token: 'ID token',
  refresh_token: 'Refresh token',
  authorization_code: 'Authorization code',
  other_jwt: 'Another JWT',
  unknown: 'Unknown',
}

export function Checks({ of }: { of: Inspection }): ReactNode {
  const failed = of.reasons.length
  return (
    <div className={styles.inspected}>
      <p className={styles.verdict} role="status">
        {of.active ? (
          <Status tone="good">It holds: every check passed.</Status>
        ) : (
          <Status tone="bad">It does not hold: {failed === 1 ? 'one check' : `${failed} checks`} failed.</Status>
        )}
      </p>
      <ol className={styles.checks} aria-label="Checks">
        {of.checks.map(({ rule, passed, detail }, at) => (
          // The same rule may be asked twice, of two things.
          <li key={`${at} ${rule}`}>
            <Status tone={passed ? 'good' : 'bad'}>{passed ? 'Passed' : 'Failed'}</Status>
            <strong>{rule}</strong>
            <span dir="auto">{sentence(detail)}</span>
          </li>
        ))}
      </ol>
      <Facts
        facts={[
          {
            label: 'Kind',
            value: `${kinds[of.kind]}${of.format === null ? '' : `, ${of.format === 'jwt' ? 'JWT' : of.format}`}`,
          },
          { label: 'Client', value: named(of.client_id, of.client_name) },
          { label: 'User', value: named(of.username, of.user_id) },
          { label: 'Scope', value: of.scope ?? <Nothing /> },
          { label: 'Expires', value: <Time at={of.expires_at} show="both" /> },
        ]}
      />
    </div>
  )
}

function named(name: string | null, more: string | null): ReactNode {
  if (name === null) return <Nothing />
  return <span dir="auto">{more === null || more === name ? name : `${name} (${more})`}</span>
}
