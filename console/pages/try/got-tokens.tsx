/** The tokens that a try got: how long they live, what they say, and what can be done with them next. */
import { Button, Group } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { type Client } from '#contract/client.ts'
import { inspectToken } from '#contract/inspect.ts'
import { call } from '../../parts/api/call.ts'
import { Section } from '../../parts/page/page.tsx'
import { tellProblem } from '../../parts/show/problem.tsx'
import { CopyText } from '../../parts/show/snippet.tsx'
import { Checks, type Inspection } from '../../parts/token/checks.tsx'
import { decodeToken } from '../../parts/token/decode.ts'
import { awayFrom, DecodedToken } from '../../parts/token/decoded-token.tsx'
import { useNow } from '../../parts/token/use-now.ts'
import { introspect, refresh, revoke, type Tokens, userinfo } from './flows.ts'
import { cover } from './masks.ts'
import styles from './try.module.css'
import type { Trying } from './use-bench.ts'

interface GotTokensProps {
  readonly realm: string
  readonly client: Client
  readonly tokens: Tokens
  readonly trying: Trying
  readonly isRevealed: boolean
}

export function GotTokens({ realm, client, tokens, trying, isRevealed }: GotTokensProps): ReactNode {
  return (
    <Section title="What it got">
      <div className={styles.tokens}>
        <NextSteps client={client} tokens={tokens} trying={trying} />
        <Token realm={realm} label="Access token" token={tokens.access_token} isRevealed={isRevealed}>
          <Lifetime expiresAt={tokens.expiresAt} scope={tokens.scope} />
        </Token>
        {tokens.id_token !== undefined && (
          <Token realm={realm} label="ID token" token={tokens.id_token} isRevealed={isRevealed} />
        )}
        {tokens.refresh_token !== undefined && (
          <Token realm={realm} label="Refresh token" token={tokens.refresh_token} isRevealed={isRevealed} />
        )}
      </div>
    </Section>
  )
}

function Lifetime({ expiresAt, scope }: Pick<Tokens, 'expiresAt' | 'scope'>): ReactNode {
  const now = useNow()
  return (
    <p className={styles.lifetime}>
      {expiresAt !== undefined && (expiresAt > now ? `Expires ${awayFrom(expiresAt, now)}` : 'Expired')}
      {scope !== undefined && ` · scope: ${scope}`}
    </p>
  )
}

interface TokenProps {
  readonly realm: string
  readonly label: string
  readonly token: string
  readonly isRevealed: boolean
  readonly children?: ReactNode
}

/** Another token of the same kind is another token: what was said of the one before goes. */
function Token(props: TokenProps): ReactNode {
  return <OneToken key={props.token} {...props} />
}

function OneToken({ realm, label, token, isRevealed, children }: TokenProps): ReactNode {
  const [inspected, setInspected] = useState<Inspection>()
  // Past the store of answers, which would keep it after the page was left.
  const check = () =>
    call(inspectToken, { params: { realm }, query: {}, body: { token } })
      .then(({ value }) => setInspected(value))
      .catch(tellProblem)
  return (
    <article className={styles.token} aria-label={label}>
      <div className={styles.stepHead}>
        <h3>{label}</h3>
        <Group gap={4}>
          <Button variant="default" size="compact-sm" onClick={() => void check()}>
            {inspected === undefined ? 'Check with the server' : 'Check again'}
          </Button>
          <CopyText text={token} label={label.toLowerCase()} />
        </Group>
      </div>
      {children}
      <code className={styles.raw}>{isRevealed ? token : cover}</code>
      <details>
        <summary>What it says</summary>
        <DecodedToken of={decodeToken(token)} label={label.toLowerCase()} />
      </details>
      {inspected && <Checks of={inspected} />}
    </article>
  )
}

interface NextStepsProps {
  readonly client: Client
  readonly tokens: Tokens
  readonly trying: Trying
}

function NextSteps({ client, tokens, trying: { goOn, isRunning } }: NextStepsProps): ReactNode {
  const { access_token, refresh_token } = tokens
  const isPublic = client.token_endpoint_auth_method === 'none'
  const hasPerson = (tokens.scope ?? '').split(' ').includes('openid')
  const mayRefresh = refresh_token !== undefined && client.grant_types.includes('refresh_token')
  const look = (flow: Parameters<typeof goOn>[0]) => () => void goOn(flow)
  return (
    <fieldset className={styles.next} disabled={isRunning}>
      <legend>Next steps</legend>
      {mayRefresh && (
        <Button variant="default" onClick={look((bench) => refresh(bench, refresh_token))}>
          Refresh
        </Button>
      )}
      {hasPerson && (
        <Button variant="default" onClick={look((bench) => userinfo(bench, access_token))}>
          Userinfo
        </Button>
      )}
      {!isPublic && (
        <Button variant="default" onClick={look((bench) => introspect(bench, access_token))}>
          Introspect
        </Button>
      )}
      <Button variant="default" onClick={look((bench) => revoke(bench, access_token))}>
        Revoke access token
      </Button>
      {refresh_token !== undefined && (
        <Button variant="default" onClick={look((bench) => revoke(bench, refresh_token))}>
          Revoke refresh token
        </Button>
      )}
    </fieldset>
  )
}
