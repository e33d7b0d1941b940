/** What is running here, and how its secrets are kept. */
import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { listRealms } from '#contract/realm.ts'
import { readSeal } from '#contract/seal.ts'
import { useRead } from '../../parts/api/call.ts'
import { seesPlatform, useMe } from '../../parts/api/rights.ts'
import { Page, Section } from '../../parts/page/page.tsx'
import { Facts } from '../../parts/show/facts.tsx'
import { ProblemAlert } from '../../parts/show/problem.tsx'
import { Status } from '../../parts/show/status.tsx'
import { Time } from '../../parts/show/time.tsx'

/** Put in its place when the console is built. */
declare const sallyportVersion: string

const rotations = {
  idle: 'Sealed',
  announced: 'A new key was announced',
  sealing: 'The new key seals; older secrets follow',
  rewritten: 'Everything is sealed under the new key',
} as const

export function AboutPage(): ReactNode {
  const me = useMe()
  const realms = useRead(listRealms, { params: {}, query: { page_size: 1 } })
  return (
    <Page title="About" lead="A gate with two doors: one for your applications in, one for them out.">
      <Section title="Sallyport">
        <Facts
          facts={[
            { label: 'Version', value: sallyportVersion },
            { label: 'Licence', value: 'Apache-2.0' },
            {
              label: 'Public address',
              value: <code>{location.origin}</code>,
              hint: 'Issuers and links begin with it.',
            },
            { label: 'Realms', value: realms.data === undefined ? '…' : String(realms.data.value.total) },
            {
              label: 'Read on',
              value: (
                <span className="prose">
                  <a href="/docs" target="_blank" rel="noreferrer">
                    Documentation
                  </a>
                  {' · '}
                  <a href="/api/v1/docs" target="_blank" rel="noreferrer">
                    API reference
                  </a>
                  {' · '}
                  <a href="/api/v1/openapi.json" target="_blank" rel="noreferrer">
                    OpenAPI document
                  </a>
                </span>
              ),
            },
          ]}
        />
      </Section>
      {seesPlatform(me) && <Secrets />}
      <Section title="You">
        <Facts
          facts={[
            { label: 'Signed in as', value: <bdi>{me.name}</bdi> },
            { label: 'Roles', value: me.roles.join(', ') },
            { label: 'The session ends', value: <Time at={me.expires_at} show="both" />, hint: 'If nothing is done.' },
          ]}
        />
      </Section>
    </Page>
  )
}

function Secrets(): ReactNode {
  const { data, error, refetch } = useRead(readSeal, { params: {} })
  if (error !== null) return <ProblemAlert error={error} onRetry={() => void refetch()} />
  if (data === undefined) return null
  const { state, key, since_ms, left } = data.value
  return (
    <Section title="Secrets at rest">
      <Facts
        facts={[
          {
            label: 'State',
            value: <Status tone={left === 0 ? 'good' : 'warning'}>{rotations[state]}</Status>,
            hint: 'Signing keys and the secrets of OAuth servers are kept encrypted under a data key, and that under the master key.',
          },
          { label: 'Data key', value: <code>{key}</code> },
          {
            label: 'Since',
            value: since_ms === 0 ? 'The first start' : <Time at={Math.floor(since_ms / 1000)} show="both" />,
          },
          { label: 'Left under an older key', value: String(left) },
        ]}
      />
      <Text size="xs" c="dimmed" mt="xs">
        <code>sallyport seal rotate</code> makes a new data key; <code>sallyport doctor</code> looks at the machine, the
        files and the master key, which no page can see.
      </Text>
    </Section>
  )
}
