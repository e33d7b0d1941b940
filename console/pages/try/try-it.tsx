/**
 * Try it: a client's own flow, walked in the browser against the realm's own endpoints, every request and answer in
 * sight. What is typed, sent and answered is kept in this page's memory and goes with it; only the grant is in the URL.
 */
import '../../parts/form/field-styles.ts'
import { Alert, Button, NativeSelect, Switch } from '@mantine/core'
import { Play, Square, TriangleAlert } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { type Client, deviceCodeGrant } from '#contract/client.ts'
import { Section } from '../../parts/page/page.tsx'
import { Empty } from '../../parts/show/empty.tsx'
import { type Asked, AskedFields, emptyAsked, usualScope } from './asked-fields.tsx'
import * as flows from './flows.ts'
import { GotTokens } from './got-tokens.tsx'
import { Person } from './person.tsx'
import type { Typed } from './proof.ts'
import { ProofFields } from './proof-fields.tsx'
import { RedirectUri } from './redirect-uri.tsx'
import type { Step } from './step.ts'
import { StepCard } from './step-card.tsx'
import styles from './try.module.css'
import { tryRedirectUri } from './try-window.ts'
import { type Flow, type Trying, useBench } from './use-bench.ts'

/** What a flow can begin with; a refresh goes on with what one of them got. */
const beginnings = {
  authorization_code: 'Authorization code with PKCE: a person signs in',
  client_credentials: 'Client credentials: the client for itself',
  [deviceCodeGrant]: 'Device code: a person types a code elsewhere',
  password: 'Password: the client is told a person’s password',
} as const
type Beginning = keyof typeof beginnings

interface TryItProps {
  readonly realm: string
  readonly client: Client
  readonly etag: string | undefined
  /** Whether the realm lets clients use the password grant; undefined: not known yet. */
  readonly allowsPassword: boolean | undefined
  readonly grant: string | undefined
  readonly onGrant: (grant: string) => void
}

export function TryIt(props: TryItProps): ReactNode {
  const { client, grant } = props
  const offered = (Object.keys(beginnings) as Beginning[]).filter((one) => client.grant_types.includes(one))
  const chosen = offered.find((one) => one === grant) ?? offered[0]
  if (chosen === undefined) {
    return (
      <Empty
        title="There is nothing to begin with"
        text="This client may use no grant that gets a first token. Allow one under Settings, Allowed grant types."
      />
    )
  }
  return <Bench {...props} offered={offered} chosen={chosen} />
}

type BenchProps = TryItProps & { readonly offered: readonly Beginning[]; readonly chosen: Beginning }

function Bench({ realm, client, etag, allowsPassword, onGrant, offered, chosen }: BenchProps): ReactNode {
  const [typed, setTyped] = useState<Typed>({ secret: '', key: '' })
  const [isRevealed, setRevealed] = useState(false)
  const trying = useBench(realm, client, typed)
  const choose = (next: string) => {
    trying.stop()
    onGrant(next)
  }
  return (
    <div className={styles.bench}>
      <div className={styles.side}>
        <Section title="What to try">
          <div className={styles.fields}>
            <NativeSelect
              label="Grant"
              value={chosen}
              data={offered.map((value) => ({ value, label: beginnings[value] }))}
              onChange={(event) => choose(event.currentTarget.value)}
            />
            {!client.enabled && <Note text="The client is disabled: whatever it asks for is refused." />}
            {chosen === 'password' && allowsPassword === false && (
              <Note text="This realm does not allow the password grant: the request will be refused." />
            )}
            <ProofFields realm={realm} client={client} typed={typed} onTyped={setTyped} />
            {chosen === 'authorization_code' && <RedirectUri realm={realm} client={client} etag={etag} />}
            <Ask key={chosen} client={client} grant={chosen} trying={trying} />
          </div>
          {trying.task && <Person task={trying.task} />}
        </Section>
        {trying.tokens && (
          <GotTokens realm={realm} client={client} tokens={trying.tokens} trying={trying} isRevealed={isRevealed} />
        )}
      </div>
      <Section
        title="Requests and answers"
        actions={
          <Switch
            label="Show secrets and tokens"
            checked={isRevealed}
            onChange={(event) => setRevealed(event.currentTarget.checked)}
          />
        }
      >
        <Steps client={client} steps={trying.steps} isRevealed={isRevealed} />
      </Section>
    </div>
  )
}

/** What is asked for, and the button. */
function Ask({ client, grant, trying }: { client: Client; grant: Beginning; trying: Trying }): ReactNode {
  const [asked, setAsked] = useState<Asked>({ ...emptyAsked, scope: usualScope(client, grant) })
  const [isBlocked, setBlocked] = useState(false)
  const { isRunning, problem, start, stop } = trying
  const isUnregistered = grant === 'authorization_code' && !client.redirect_uris.includes(tryRedirectUri())
  const begin = () => {
    const flow = flowOf(grant, asked)
    setBlocked(flow === 'blocked')
    if (flow !== 'blocked') void start(flow)
  }
  return (
    <form
      className={styles.fields}
      onSubmit={(event) => {
        event.preventDefault()
        begin()
      }}
    >
      <AskedFields grant={grant} asked={asked} onAsked={setAsked} />
      {isBlocked && <Note text="The browser did not let the window open. Allow windows of this page, and try again." />}
      {problem !== undefined && <Note text={problem} />}
      <div className={styles.run}>
        <Button type="submit" leftSection={<Play size={15} aria-hidden />} disabled={isRunning || isUnregistered}>
          Try it
        </Button>
        {isRunning && (
          <Button variant="default" leftSection={<Square size={13} aria-hidden />} onClick={stop}>
            Stop
          </Button>
        )}
      </div>
    </form>
  )
}

interface StepsProps {
  readonly client: Client
  readonly steps: readonly Step[]
  readonly isRevealed: boolean
}

function Steps({ client, steps, isRevealed }: StepsProps): ReactNode {
  if (steps.length === 0) return <p className={styles.none}>Each request stands here as it is sent, with its answer.</p>
  return (
    <ol className={styles.steps}>
      {steps.map((step, at) => (
        <StepCard key={step.key} step={step} number={at + 1} client={client} isRevealed={isRevealed} />
      ))}
    </ol>
  )
}

/** The window has to be opened by the click itself: what comes later, browsers take for a nuisance. */
function flowOf(grant: Beginning, asked: Asked): Flow | 'blocked' {
  const { scope, username, password } = asked
  if (grant === 'client_credentials') return (bench) => flows.clientCredentials(bench, scope)
  if (grant === 'password') return (bench) => flows.password(bench, scope, { username, password })
  if (grant === deviceCodeGrant) return (bench) => flows.deviceCode(bench, scope)
  const opened = window.open('about:blank', '_blank', 'popup,width=520,height=720')
  if (opened === null) return 'blocked'
  // What the person goes to from there, a privacy policy perhaps, has no hold on this page.
  opened.opener = null
  return (bench) => flows.authorizationCode(bench, asked, opened)
}

function Note({ text }: { text: string }): ReactNode {
  return (
    <Alert color="amber" variant="light" icon={<TriangleAlert aria-hidden />} role="alert">
      {text}
    </Alert>
  )
}
