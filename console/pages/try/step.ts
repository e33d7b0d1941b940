/** What went over the wire in one step of a flow, as it is shown. */
import type { WireAnswer, WireRequest } from './wire.ts'

export interface Step {
  readonly key: string
  readonly title: string
  readonly request: WireRequest
  /** Undefined: on its way. */
  readonly answer: Answered | undefined
  /** What the client itself has to check of the answer. */
  readonly checks: readonly StepCheck[]
  /** How often it was asked, where it is asked again. */
  readonly asked: number
}

export type Answered =
  | ({ readonly kind: 'http' } & WireAnswer)
  /** By way of the browser, to the redirect URI. */
  | { readonly kind: 'redirect'; readonly parameters: Readonly<Record<string, string>> }
  | { readonly kind: 'nothing'; readonly why: string }

export interface StepCheck {
  readonly passed: boolean
  readonly text: string
}

export interface Refused {
  readonly error: string
  readonly description: string | undefined
}

/** RFC 6749 §4.1.2.1, §5.2, RFC 6750 §3; undefined: it was granted, or there is no answer. */
export function refusalOf(answer: Answered | undefined): Refused | undefined {
  if (answer === undefined || answer.kind === 'nothing') return undefined
  const members = answer.kind === 'http' ? membersOf(answer) : answer.parameters
  const { error, error_description: description } = members
  if (typeof error === 'string') {
    return { error, description: typeof description === 'string' ? description : undefined }
  }
  if (answer.kind === 'redirect' || answer.status < 400) return undefined
  return { error: `status ${answer.status}`, description: undefined }
}

/** Empty where the answer is no JSON object. */
export function membersOf({ body }: WireAnswer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
  } catch {
    return {}
  }
}
