/** The file was applied: what it changed, and the secrets that were made, this once. */
import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import type { ConfigurationApplied } from '#contract/configuration.ts'
import { Secret } from '../../parts/dialog/secret.tsx'
import { LinkButton } from '../../parts/page/link-button.tsx'
import { Section } from '../../parts/page/page.tsx'
import { Status } from '../../parts/show/status.tsx'
import { Changes } from './changes.tsx'
import styles from './configuration.module.css'

interface AppliedProps {
  readonly realm: string
  readonly of: ConfigurationApplied
  readonly onAgain: () => void
}

export function Applied({ realm, of: { changes, secrets }, onAgain }: AppliedProps): ReactNode {
  return (
    <>
      {secrets.map(({ client_id, client_secret }) => (
        <Section key={client_id} title={`Client secret of ${client_id}`}>
          <Secret
            secret={client_secret}
            env={{
              OAUTH_ISSUER: `${location.origin}/realms/${realm}`,
              OAUTH_CLIENT_ID: client_id,
              OAUTH_CLIENT_SECRET: client_secret,
            }}
            fileName={`${client_id.replaceAll(/[^\w.-]+/g, '-').slice(0, 80)}.env`}
          />
        </Section>
      ))}
      <Section title="What was changed">
        <p className={styles.summary} role="status">
          <Status tone="good">The realm is now what the file says.</Status>
        </p>
        <Changes of={changes} />
        <div className={styles.bar}>
          <Button variant="default" onClick={onAgain}>
            Apply another file
          </Button>
          <LinkButton variant="default" at={{ to: '/realms/$realm/audit', params: { realm } }}>
            See the audit
          </LinkButton>
        </div>
      </Section>
    </>
  )
}
