/** How an OAuth server stands: in a word, and at length where something is wrong. */
import { Alert, Button, Group, Text } from '@mantine/core'
import { Ban, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import type { OAuthServer } from '#contract/oauth-server.ts'
import { Status, type Tone } from '../../parts/show/status.tsx'
import { sentence } from '../../parts/show/text.ts'
import { Time } from '../../parts/show/time.tsx'

export const statusWords: Readonly<Record<OAuthServer['status'], readonly [Tone, string]>> = {
  ok: ['good', 'OK'],
  error: ['bad', 'Error'],
  degraded: ['warning', 'Degraded'],
  needs_authorization: ['warning', 'Needs authorization'],
  disabled: ['off', 'Disabled'],
}

export function ServerStatus({ of }: { of: Pick<OAuthServer, 'status'> }): ReactNode {
  const [tone, word] = statusWords[of.status]
  return <Status tone={tone}>{word}</Status>
}

interface StandingProps {
  readonly of: OAuthServer
  /** Absent for who may not. */
  readonly onEnable?: (() => void) | undefined
}

/** Above every tab of a server that does not work: what happened, and what to do. */
export function Standing({
  of: { disabled_reason, disabled_at, last_error, status },
  onEnable,
}: StandingProps): ReactNode {
  if (disabled_at !== null) {
    return (
      <Alert color="gray" variant="light" mb="md" icon={<Ban aria-hidden />} title="Disabled">
        <Text size="sm">
          <strong>Disabled reason:</strong> <bdi>{disabled_reason ?? 'none was given'}</bdi> ·{' '}
          <Time at={disabled_at} show="both" />
        </Text>
        <Text size="sm" mt={4}>
          Nothing that depends on it works: callers are told the reason.
        </Text>
        {last_error && <LastError of={last_error} />}
        {onEnable && (
          <Button mt="sm" variant="default" onClick={onEnable}>
            Re-enable
          </Button>
        )}
      </Alert>
    )
  }
  if (last_error === null) return null
  const isBroken = status === 'error'
  const what = last_error.code === 'probe_failed' ? 'The last probe failed' : 'The last attempt to get a token failed'
  return (
    <Alert
      color={isBroken ? 'red' : 'amber'}
      variant="light"
      mb="md"
      icon={<TriangleAlert aria-hidden />}
      title={isBroken ? what : statusWords[status][1]}
    >
      <LastError of={last_error} />
    </Alert>
  )
}

/** Above every tab of a server that is asked whether it works. */
export function LastProbe({ of: { at, works, status } }: { of: NonNullable<OAuthServer['last_probe']> }): ReactNode {
  const came = status === null ? 'no answer' : `status ${status}`
  return (
    <Text size="sm" c="dimmed" mb="md">
      Last probe: {works ? 'works' : 'failed'}, {came} · <Time at={at} show="both" />
    </Text>
  )
}

function LastError({
  of: { at, code, description, advice },
}: {
  of: NonNullable<OAuthServer['last_error']>
}): ReactNode {
  return (
    <>
      <Group gap="xs" mt={4}>
        <Text size="sm" component="code">
          {code}
        </Text>
        <Text size="sm" c="dimmed">
          <Time at={at} show="both" />
        </Text>
      </Group>
      <Text size="sm" dir="auto" style={{ overflowWrap: 'anywhere' }}>
        {sentence(description)}
      </Text>
      {advice !== '' && (
        <Text size="sm" mt={4} fw={600}>
          {sentence(advice)}
        </Text>
      )}
    </>
  )
}
