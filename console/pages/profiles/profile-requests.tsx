/** The requests that a profile makes, as they go over the wire. */
import type { ReactNode } from 'react'
import type { PreviewedRequest } from '#contract/profile.ts'
import { Section } from '../../parts/page/page.tsx'
import { Snippet } from '../../parts/show/snippet.tsx'
import { Status } from '../../parts/show/status.tsx'
import styles from './profiles.module.css'

const legNames = { authorize: 'Authorize', token: 'Token', refresh: 'Refresh', revoke: 'Revoke' } as const

interface RequestsProps {
  readonly of: readonly PreviewedRequest[]
  /** Why they are those of before. */
  readonly problem?: string | undefined
}

export function ProfileRequests({ of, problem }: RequestsProps): ReactNode {
  return (
    <Section title="The requests that it makes">
      <p className={styles.lead}>Of an invented client’s settings, where a person connects. Secrets are blanked.</p>
      <div role="status">{problem !== undefined && <Status tone="bad">{problem}</Status>}</div>
      {of.map((request) => (
        <div key={request.leg} className={styles.request}>
          <h3>{legNames[request.leg]}</h3>
          {request.problem === null ? (
            <Snippet label={`${request.leg} request`} text={written(request)} />
          ) : (
            <Status tone="bad">{request.problem}</Status>
          )}
        </div>
      ))}
    </Section>
  )
}

/** One parameter to a line. */
function written({ method, url, headers, body }: PreviewedRequest): string {
  const [address = '', query] = url.split('?')
  const isForm = headers['content-type'] === 'application/x-www-form-urlencoded'
  return [
    [`${method} ${address}`, ...(query === undefined ? [] : [`  ?${query.replaceAll('&', '\n  &')}`])].join('\n'),
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body === null || body === '' ? [] : ['', isForm ? body.replaceAll('&', '\n&') : body]),
  ].join('\n')
}
