/** One request and its answer, as they went over the wire, and what to do where it was refused. */
import { Loader } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'
import type { Client } from '#contract/client.ts'
import { Snippet } from '../../parts/show/snippet.tsx'
import { Status } from '../../parts/show/status.tsx'
import { sentence } from '../../parts/show/text.ts'
import { adviceFor } from './advice.ts'
import { masked, maskedBody } from './masks.ts'
import { type Answered, refusalOf, type Step } from './step.ts'
import styles from './try.module.css'
import type { WireRequest } from './wire.ts'

interface StepCardProps {
  readonly step: Step
  readonly number: number
  readonly client: Client
  readonly isRevealed: boolean
}

export function StepCard({ step, number, client, isRevealed }: StepCardProps): ReactNode {
  const { title, request, answer, checks, asked } = step
  const place = useRef<HTMLLIElement>(null)
  useEffect(() => {
    // Newer browsers answer a promise here, which is nothing to clean up with.
    place.current?.scrollIntoView({ block: 'nearest' })
  }, [])
  return (
    <li ref={place} className={styles.step} aria-label={title}>
      <div className={styles.stepHead}>
        <h3>
          {number}. {title}
          {asked > 1 && <small> sent {asked} times</small>}
        </h3>
        <Outcome step={step} />
      </div>
      <Snippet text={requestText(request, isRevealed)} label={`request ${number}`} />
      {answer?.kind === 'http' && <Snippet text={answerText(answer, isRevealed)} label={`answer ${number}`} />}
      {answer?.kind === 'redirect' && (
        <Snippet text={redirectText(answer.parameters, isRevealed)} label={`answer ${number}`} />
      )}
      {answer?.kind === 'nothing' && <p className={styles.advice}>{answer.why}</p>}
      {checks.map(({ passed, text }) => (
        <p key={text} className={styles.check}>
          <Status tone={passed ? 'good' : 'bad'}>{passed ? 'Right' : 'Wrong'}</Status> {text}
        </p>
      ))}
      <Refusal step={step} client={client} />
    </li>
  )
}

function Outcome({ step: { answer } }: { step: Step }): ReactNode {
  if (answer === undefined) return <Loader size={16} aria-label="Waiting for the answer" />
  if (answer.kind === 'nothing') return <Status tone="warning">No answer</Status>
  const refused = refusalOf(answer)
  if (refused?.error === 'authorization_pending') return <Status tone="plain">Waiting for the person</Status>
  if (refused !== undefined) return <Status tone="bad">{refused.error}</Status>
  return <Status tone="good">{answer.kind === 'http' ? `${answer.status}` : 'Sent back'}</Status>
}

function Refusal({ step, client }: { step: Step; client: Client }): ReactNode {
  const refused = refusalOf(step.answer)
  if (refused === undefined || refused.error === 'authorization_pending') return null
  const advice = adviceFor(step, refused, client)
  return (
    <div className={styles.advice} role="alert">
      <strong dir="auto">{sentence(refused.description ?? refused.error)}</strong>
      {advice !== undefined && <p>{advice}</p>}
    </div>
  )
}

function requestText({ method, url, headers, parameters }: WireRequest, isRevealed: boolean): string {
  const { origin, pathname, searchParams } = new URL(url)
  const query = [...searchParams].map(([name, value]) => `  ${name}=${masked(name, value, isRevealed)}`)
  const form = Object.entries(parameters).map(([name, value]) => `  ${name}=${masked(name, value, isRevealed)}`)
  return [`${method} ${origin}${pathname}`, ...headerLines(headers, isRevealed), ...query, ...form].join('\n')
}

function answerText(answer: Answered & { kind: 'http' }, isRevealed: boolean): string {
  const head = [`${answer.status}`, ...headerLines(answer.headers, isRevealed)].join('\n')
  return answer.body === '' ? head : `${head}\n\n${maskedBody(answer.body, isRevealed)}`
}

function redirectText(parameters: Readonly<Record<string, string>>, isRevealed: boolean): string {
  const said = Object.entries(parameters).map(([name, value]) => `  ${name}=${masked(name, value, isRevealed)}`)
  return ['to the redirect URI, with', ...said].join('\n')
}

function headerLines(headers: Readonly<Record<string, string>>, isRevealed: boolean): readonly string[] {
  return Object.entries(headers).map(([name, value]) => `${name}: ${masked(name, value, isRevealed)}`)
}
