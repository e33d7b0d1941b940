/**
 * The token inspector: a token is pasted, decoded here at once, and checked by the server. It is kept in this page's
 * memory alone: not in the address, not in the browser's stores, not among the answers that are read again.
 */
import { Button, Group, Text, Textarea } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { RefreshCw } from 'lucide-react'
import { type ReactNode, useId, useState } from 'react'
import { useMe } from '../../parts/api/rights.ts'
import { Page, Section } from '../../parts/page/page.tsx'
import { ProblemAlert } from '../../parts/show/problem.tsx'
import { Checks } from '../../parts/token/checks.tsx'
import { bareToken, decodeToken } from '../../parts/token/decode.ts'
import { DecodedToken } from '../../parts/token/decoded-token.tsx'
import styles from './inspector.module.css'
import { realmNamedBy } from './token-realm.ts'
import { useInspection } from './use-inspection.ts'

/** What the server takes at most. */
const longest = 16_384

export function InspectorPage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/inspector' })
  return (
    <Page title="Token inspector" lead="What a token says, whether it holds, and why not. Nothing of it is kept.">
      {/* Another realm is another question: what was pasted for the one is not asked of the other. */}
      <Inspector key={realm} realm={realm} />
    </Page>
  )
}

function Inspector({ realm }: { realm: string }): ReactNode {
  const [pasted, setPasted] = useState('')
  const { realms } = useMe()
  const token = bareToken(pasted)
  const decoded = decodeToken(token)
  const named = decoded.kind === 'jwt' ? realmNamedBy(decoded.claims['iss']) : undefined
  const asked = named !== undefined && realms.includes(named) ? named : realm
  const problem = token.length > longest ? `No token is longer than ${longest} characters.` : undefined
  const { inspected, error, isAsking, again } = useInspection(asked, problem === undefined ? token : '')
  const placeId = useId()
  return (
    <>
      <Section
        title="Token"
        actions={
          <Group gap="xs">
            <Button variant="default" disabled={pasted === ''} onClick={() => setPasted('')}>
              Clear
            </Button>
            <Button
              leftSection={<RefreshCw size={15} aria-hidden />}
              disabled={token === '' || problem !== undefined}
              loading={isAsking}
              onClick={again}
            >
              Check again
            </Button>
          </Group>
        }
      >
        <Textarea
          id={placeId}
          label="Access token, ID token, refresh token or authorization code"
          description="Whoever sees a token that holds can use it: paste one only where nobody looks on."
          value={pasted}
          onChange={(event) => setPasted(event.currentTarget.value)}
          error={problem}
          minRows={5}
          rows={5}
          spellCheck={false}
          autoComplete="off"
          classNames={{ input: styles.token ?? '' }}
        />
      </Section>
      {token !== '' && problem === undefined && (
        <div className={styles.sides}>
          <Section title="What the server says">
            {asked !== realm && (
              <Text size="sm" mb="sm">
                It says that it is of the realm <strong>{asked}</strong>, so it was checked there.
              </Text>
            )}
            {error !== undefined && <ProblemAlert error={error} onRetry={again} />}
            {inspected && error === undefined && <Checks of={inspected} />}
            {!inspected && error === undefined && (
              <Text size="sm" c="dimmed" role="status">
                Checking …
              </Text>
            )}
          </Section>
          <Section title="What it says itself">
            <DecodedToken of={decoded} label="token" />
          </Section>
        </div>
      )}
    </>
  )
}
