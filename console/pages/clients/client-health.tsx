/** What is worth a look in a client, the worst first; what can be mended without a guess is mended by a click. */
import { Button } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { ArrowRight, Wrench } from 'lucide-react'
import type { ReactNode } from 'react'
import { type Client, readClient, updateClient } from '#contract/client.ts'
import { clientHealth, type Finding } from '#contract/health.ts'
import { useRead, useWrite } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { offerUndo } from '../../parts/dialog/undo.tsx'
import { LinkButton } from '../../parts/page/link-button.tsx'
import { Section } from '../../parts/page/page.tsx'
import { said } from '../../parts/show/difference.tsx'
import { Empty } from '../../parts/show/empty.tsx'
import { ProblemAlert, tellProblem } from '../../parts/show/problem.tsx'
import { Severity } from '../../parts/show/severity.tsx'
import { sentence } from '../../parts/show/text.ts'
import { titles } from './client-values.ts'
import styles from './clients.module.css'

export function ClientHealth(): ReactNode {
  const { realm, clientId } = useParams({ from: '/realms/$realm/clients/$clientId/health' })
  const params = { realm, client_id: clientId }
  const { data, error, refetch } = useRead(clientHealth, { params })
  const client = useRead(readClient, { params }).data?.value
  const mend = useMend(realm, client)
  const mayWrite = useMayWrite(realm)
  if (error !== null) return <ProblemAlert error={error} onRetry={() => void refetch()} />
  if (data === undefined) return null
  const findings = data.value.items
  if (findings.length === 0) return <Empty title="All is well" text="No rule has anything to say about this client." />
  return (
    <Section title={findings.length === 1 ? 'One thing is worth a look' : `${findings.length} things are worth a look`}>
      <ul className={styles.findings}>
        {findings.map((finding) => (
          <li key={finding.rule} className={styles.finding}>
            <span className={styles.severity}>
              <Severity of={finding.severity} />
            </span>
            <p>
              {sentence(finding.reason)}
              {finding.fix && <small>{mending(finding.fix)}</small>}
            </p>
            {mayWrite && finding.fix === null && <Place of={finding} realm={realm} clientId={clientId} />}
            {mayWrite && finding.fix && (
              <Button
                variant="default"
                leftSection={<Wrench size={14} aria-hidden />}
                aria-label={`Mend: ${finding.reason}`}
                onClick={() => mend(finding)}
              >
                Mend
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Section>
  )
}

const places = {
  Settings: '/realms/$realm/clients/$clientId',
  Credentials: '/realms/$realm/clients/$clientId/credentials',
  Runtime: '/realms/$realm/clients/$clientId/runtime',
} as const

/** Where a person mends what needs a decision. */
const placeOf: Readonly<Record<string, keyof typeof places>> = {
  http_redirect: 'Settings',
  wildcard_redirect: 'Settings',
  no_redirect_uri: 'Settings',
  no_secret: 'Credentials',
  endless_secret: 'Credentials',
  secret_expiring: 'Credentials',
  legacy_use: 'Runtime',
}

function Place({ of, realm, clientId }: { of: Finding; realm: string; clientId: string }): ReactNode {
  const name = placeOf[of.rule]
  if (name === undefined) return null
  return (
    <LinkButton
      at={{ to: places[name], params: { realm, clientId } }}
      variant="default"
      leftSection={<ArrowRight size={14} aria-hidden />}
      aria-label={`To ${name}: ${of.reason}`}
    >
      {name}
    </LinkButton>
  )
}

/** `Mending sets Require PKCE to yes.` */
function mending(fix: Readonly<Record<string, unknown>>): string {
  const names: Readonly<Record<string, string>> = titles
  const changes = Object.entries(fix).map(([field, value]) => `${names[field] ?? field} to ${worded(value)}`)
  return `Mending sets ${changes.join(' and ')}.`
}

function worded(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return value === null ? 'what the realm says' : said(value)
}

/** Undo writes back what was there. */
function useMend(realm: string, client: Client | undefined): (finding: Finding) => void {
  const { mutateAsync } = useWrite(updateClient)
  const mend = async (before: Client, fix: Readonly<Record<string, unknown>>) => {
    const params = { realm, client_id: before.client_id }
    const old = Object.fromEntries(Object.keys(fix).map((field) => [field, before[field as keyof Client]]))
    await mutateAsync({ params, body: fix })
    offerUndo({ message: 'Mended', undo: () => mutateAsync({ params, body: old }) })
  }
  return ({ fix }) => {
    if (fix && client) void mend(client, fix).catch(tellProblem)
  }
}
