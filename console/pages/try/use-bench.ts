/** What is being tried: its steps, what a person has to do, and the tokens it got. All of it goes with the page. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Client } from '#contract/client.ts'
import { endpointsOf } from './endpoints.ts'
import type { Bench, Exchanged, PersonTask, ShownStep, Tokens } from './flows.ts'
import { proofOf, type Typed } from './proof.ts'
import { type Answered, membersOf, type Step, type StepCheck } from './step.ts'
import { send, type WireRequest } from './wire.ts'

export interface Trying {
  readonly steps: readonly Step[]
  readonly task: PersonTask | undefined
  readonly tokens: Tokens | undefined
  readonly isRunning: boolean
  /** Why a request could not even be made. */
  readonly problem: string | undefined
  /** From the beginning: what was there before is gone. */
  readonly start: (flow: Flow) => Promise<void>
  /** With the tokens that are there. */
  readonly goOn: (flow: Flow) => Promise<void>
  readonly stop: () => void
}

/** Tokens take the place of those before; undefined leaves them. */
export type Flow = (bench: Bench) => Promise<Tokens | undefined>

export function useBench(realm: string, client: Client, typed: Typed): Trying {
  const [steps, setSteps] = useState<readonly Step[]>([])
  const [task, setTask] = useState<PersonTask>()
  const [tokens, setTokens] = useState<Tokens>()
  const [isRunning, setRunning] = useState(false)
  const [problem, setProblem] = useState<string>()
  const running = useRef<AbortController>(undefined)
  const stop = useCallback(() => running.current?.abort(), [])
  useEffect(() => stop, [stop])

  const run = async (flow: Flow) => {
    stop()
    const current = new AbortController()
    running.current = current
    setRunning(true)
    setProblem(undefined)
    const { issuer, ...rest } = endpointsOf(realm)
    const bench: Bench = {
      endpoints: { issuer, ...rest },
      clientId: client.client_id,
      signal: current.signal,
      prove: () => proofOf(client, typed, issuer),
      begin: (title, request) => beginStep(setSteps, current.signal, title, request),
      tellPerson: setTask,
    }
    try {
      const got = await flow(bench)
      if (got !== undefined) setTokens(got)
    } catch (error) {
      if (!current.signal.aborted) setProblem(error instanceof Error ? error.message : String(error))
    }
    // Another may have begun meanwhile.
    if (running.current !== current) return
    setTask(undefined)
    setRunning(false)
  }

  const start = (flow: Flow) => {
    setSteps([])
    setTokens(undefined)
    return run(flow)
  }
  return { steps, task, tokens, isRunning, problem, start, goOn: run, stop }
}

type SetSteps = (change: (before: readonly Step[]) => readonly Step[]) => void

function beginStep(setSteps: SetSteps, signal: AbortSignal, title: string, first: WireRequest): ShownStep {
  const key = crypto.randomUUID()
  const change = (changed: Partial<Step>) =>
    setSteps((steps) => steps.map((step) => (step.key === key ? { ...step, ...changed } : step)))
  const answered = (answer: Answered, checks: readonly StepCheck[] = []) => change({ answer, checks })
  setSteps((steps) => [...steps, { key, title, request: first, answer: undefined, checks: [], asked: 0 }])
  let asked = 0
  return {
    answered,
    send: async (request): Promise<Exchanged> => {
      asked += 1
      change({ request, asked })
      try {
        const answer = await send(request, signal)
        answered({ kind: 'http', ...answer })
        return { status: answer.status, members: membersOf(answer) }
      } catch (error) {
        const why = signal.aborted ? 'It was stopped.' : 'No answer came: the server cannot be reached.'
        answered({ kind: 'nothing', why })
        if (signal.aborted) throw error
        return { status: 0, members: {} }
      }
    },
  }
}
