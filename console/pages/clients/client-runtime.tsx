/** What a client did last. Filled by the flow, written by nobody, and read again while somebody looks. */
import { Text } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { z } from 'zod'
import { type Client, readClient } from '#contract/client.ts'
import { type legacyUse, listLegacyUses } from '#contract/legacy-use.ts'
import { useRead } from '../../parts/api/call.ts'
import type { Column } from '../../parts/list/column.ts'
import { Section } from '../../parts/page/page.tsx'
import { Facts } from '../../parts/show/facts.tsx'
import { ShortList } from '../../parts/show/short-list.tsx'
import { Status, type Tone } from '../../parts/show/status.tsx'
import { localTime, Nothing, relativeTime } from '../../parts/show/time.tsx'
import { AskedRedirectUris } from './asked-redirect-uris.tsx'
import styles from './clients.module.css'

const everyMilliseconds = 3000

export function ClientRuntime(): ReactNode {
  const { realm, clientId } = useParams({ from: '/realms/$realm/clients/$clientId/runtime' })
  const params = { realm, client_id: clientId }
  const client = useRead(readClient, { params }, { everyMilliseconds }).data?.value
  if (client === undefined) return null
  return (
    <>
      <Section title="Last flow" actions={<span className={styles.live}>Live</span>}>
        <LastFlow client={client} />
        <Text size="xs" c="dimmed" mt="sm">
          Codes and tokens are kept as hashes only. A fingerprint is the beginning of the SHA-256, so that one can be
          told from another; “Try it” shows real ones.
        </Text>
      </Section>
      <Section title="Redirect URIs that were asked for">
        <AskedRedirectUris realm={realm} clientId={clientId} />
      </Section>
      <OlderShapes realm={realm} clientId={clientId} />
    </>
  )
}

function LastFlow({ client }: { client: Client }): ReactNode {
  return (
    <Facts
      facts={[
        { label: 'Redirect URI', value: client.redirect_uri ?? <Nothing says="none yet" /> },
        { label: 'Authorization code', value: <Trace of={client.authorization_code} /> },
        { label: 'Code created at', value: <Moment at={client.code_created_at} /> },
        { label: 'Access token', value: <Trace of={client.access_token} /> },
        { label: 'Token created at', value: <Moment at={client.token_created_at} /> },
        { label: 'Passthru user', value: <User of={client} />, hint: 'Who signed in last.' },
        { label: 'Last used', value: <Moment at={client.last_used_at} /> },
        { label: 'Last address', value: client.last_address ?? <Nothing says="none yet" /> },
        {
          label: 'Last error',
          value: <LastError of={client} />,
          hint: 'What was last refused at the token or authorization endpoint to it, or to somebody who said its name.',
        },
      ]}
    />
  )
}

function User({ of: { passthru_user } }: { of: Client }): ReactNode {
  return passthru_user === null ? <Nothing says="nobody yet" /> : <bdi>{passthru_user}</bdi>
}

function LastError({ of }: { of: Client }): ReactNode {
  if (of.last_error === null) return <Nothing says="none" />
  return (
    <>
      <code>{of.last_error}</code>: {of.last_error_description}
      <br />
      <Moment at={of.last_error_at} /> from {of.last_error_address}
    </>
  )
}

const tones: Readonly<Record<string, Tone>> = { issued: 'good', redeemed: 'plain', expired: 'off', revoked: 'bad' }

function Trace({ of }: { of: Client['access_token'] }): ReactNode {
  if (of === null) return <Nothing says="none yet" />
  return (
    <span className={styles.trace}>
      <code>{of.fingerprint}</code>
      <Status tone={tones[of.state] ?? 'plain'}>{of.state}</Status>
    </span>
  )
}

/** Local, relative and Unix: for the eye, the sense of it, and the log. */
function Moment({ at }: { at: number | null }): ReactNode {
  if (at === null) return <Nothing says="never" />
  return (
    <time dateTime={new Date(at * 1000).toISOString()}>
      {localTime(at)} · {relativeTime(at)} · <code>{at}</code>
    </time>
  )
}

type LegacyUse = z.output<typeof legacyUse>

const shapes: Readonly<Record<string, string>> = {
  appmill: 'Appmill paths (/osoc/…)',
  spring: 'Spring paths (/oauth-server/…)',
  spring_get: 'check_token with the token in the URL',
  onesait: 'Onesait paths',
  password: 'Password grant',
}

const columns: readonly Column<LegacyUse>[] = [
  { id: 'kind', title: 'Shape', kind: 'text', value: ({ kind }) => shapes[kind] ?? kind },
  { id: 'uses', title: 'Uses', kind: 'number' },
  { id: 'first_used_at', title: 'First', kind: 'time' },
  { id: 'last_used_at', title: 'Last', kind: 'time' },
]

function OlderShapes({ realm, clientId }: { realm: string; clientId: string }): ReactNode {
  const query = { client_id: clientId, page_size: 1000 } as const
  const { data } = useRead(listLegacyUses, { params: { realm }, query })
  // The filter finds parts of names too.
  const uses = (data?.value.items ?? []).filter(({ client_id }) => client_id === clientId)
  return (
    <Section title="Use of older shapes">
      <ShortList
        label="Older shapes"
        rows={uses}
        columns={columns}
        idOf={({ kind }) => kind}
        nameOf={({ kind }) => kind}
        empty="None: it comes by the standard endpoints."
      />
    </Section>
  )
}
