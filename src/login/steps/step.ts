import type { Form } from '#http/form.ts'
import type { Response } from '#http/message.ts'
import type { LoginContext } from '../context.ts'
import type { StepName } from '../next-step.ts'
import type { Visit, VisitOfSomebody } from '../visit.ts'

/** What every step gets besides the visit. */
export type StepContext = LoginContext

/** One page and what its form does. `token` belongs into the form. */
export interface StepOf<V extends Visit> {
  readonly name: StepName
  readonly show: (context: StepContext, visit: V, token: string) => Promise<Response> | Response
  readonly submit: (context: StepContext, visit: V, form: Form, token: string) => Promise<Response>
  /** Present: also on the way of somebody who answers for a device or connects an account. */
  readonly signsIn?: true
  /** Present: the form holds these fields; one that it does not hold was added by somebody, and nothing is done. */
  readonly onlyFields?: readonly string[]
}

/** `asks: 'anybody'` also works where nobody has signed in; its form is bound to the browser alone. */
export type Step =
  | ({ readonly asks: 'anybody' } & StepOf<Visit>)
  | ({ readonly asks: 'somebody' } & StepOf<VisitOfSomebody>)
