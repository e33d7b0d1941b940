/** How the client proves who it is: a secret that is typed or made for ten minutes, or a key. */
import { Button, PasswordInput, Text, Textarea } from '@mantine/core'
import { KeyRound } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { Client } from '#contract/client.ts'
import { createSecret } from '#contract/client-secret.ts'
import { call, queryClient } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { tellProblem } from '../../parts/show/problem.tsx'
import { localTime } from '../../parts/show/time.tsx'
import type { Typed } from './proof.ts'

interface ProofFieldsProps {
  readonly realm: string
  readonly client: Client
  readonly typed: Typed
  readonly onTyped: (typed: Typed) => void
}

const lifeSeconds = 600

export function ProofFields(props: ProofFieldsProps): ReactNode {
  const { client, typed, onTyped } = props
  const method = client.token_endpoint_auth_method
  if (method === 'none') {
    return (
      <Text size="sm" c="dimmed">
        It is a public client: it says its name, and proves nothing.
      </Text>
    )
  }
  if (method !== 'private_key_jwt') return <SecretField {...props} />
  return (
    <Textarea
      label="Private key (JWK)"
      description="It signs the assertion here, in the browser, and is sent nowhere."
      value={typed.key}
      onChange={(event) => onTyped({ ...typed, key: event.currentTarget.value })}
      rows={4}
      spellCheck={false}
      autoComplete="off"
    />
  )
}

function SecretField({ realm, client, typed, onTyped }: ProofFieldsProps): ReactNode {
  const [endsAt, setEndsAt] = useState<number>()
  const [isMaking, setMaking] = useState(false)
  const mayMake = useMayWrite(realm) && !client.built_in
  const make = async () => {
    setMaking(true)
    try {
      const expires_at = Math.floor(Date.now() / 1000) + lifeSeconds
      const body = { label: 'Try it', expires_at, overlap_seconds: null }
      // Past the store of answers, which would keep the secret after the page was left.
      const { value } = await call(createSecret, { params: { realm, client_id: client.client_id }, query: {}, body })
      onTyped({ ...typed, secret: value.client_secret ?? '' })
      setEndsAt(expires_at)
      void queryClient.invalidateQueries()
    } catch (error) {
      tellProblem(error)
    }
    setMaking(false)
  }
  return (
    <div>
      <PasswordInput
        label="Client secret"
        description={
          endsAt === undefined
            ? 'Kept by this page alone, and gone when you leave it.'
            : `Made for this page: it ends at ${localTime(endsAt)}. The others go on as before.`
        }
        value={typed.secret}
        onChange={(event) => onTyped({ ...typed, secret: event.currentTarget.value })}
        autoComplete="off"
        visibilityToggleButtonProps={{ 'aria-label': 'Show the secret' }}
      />
      {mayMake && (
        <Button
          mt={6}
          variant="default"
          loading={isMaking}
          leftSection={<KeyRound size={15} aria-hidden />}
          onClick={() => void make()}
        >
          Make one that lives 10 minutes
        </Button>
      )}
    </div>
  )
}
