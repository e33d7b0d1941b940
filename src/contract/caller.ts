/** The typed client of the management API: every operation of the contract, called by name over any transport. */
import type { z } from 'zod'
import type { Input, Operation } from './operation.ts'
import { type Problem, problem, problemMediaType } from './problem.ts'

/** Says that a call was made by the console of itself: no sign of a person. */
export const passiveHeader = 'x-sallyport-passive'

/** The part of `fetch` that is used; where none is handed in, the platform's own. */
export type Transport = (
  url: string,
  init: { method: string; headers: Record<string, string>; body?: string; redirect: 'error'; signal?: AbortSignal },
) => Promise<{ status: number; headers: { get(name: string): string | null }; text(): Promise<string> }>

export interface CallerOptions {
  /** `https://sallyport.example/api/v1`, without a trailing slash. */
  readonly baseUrl: string
  readonly transport?: Transport
  /** Asked at each call, so that it may be renewed. Undefined: no Authorization header. */
  readonly token: () => string | undefined | Promise<string | undefined>
  /** The token of the console's session, for calls that change something; asked at each of them. */
  readonly csrf?: () => string | undefined
  /** Whether nobody is at the screen, so that a call keeps no session from ending; asked at each call. */
  readonly isPassive?: () => boolean
}

export interface CallOptions {
  readonly ifMatch?: string
  readonly signal?: AbortSignal
}

export interface Answer<T> {
  readonly value: T
  readonly etag: string | undefined
  readonly location: string | undefined
}

export interface Caller {
  call<O extends Operation>(
    operation: O,
    input: Input<O>,
    options?: CallOptions,
  ): Promise<Answer<z.output<O['answer']>>>
}

/** The server said no, as RFC 9457 tells it. */
export class ProblemError extends Error {
  readonly problem: Problem

  constructor(told: Problem) {
    super(told.field ? `${told.detail} (${told.field})` : told.detail)
    this.name = 'ProblemError'
    this.problem = told
  }
}

/** The answer was none that the management API gives: a proxy's page, another server. */
export class UnexpectedAnswer extends Error {
  readonly status: number

  constructor(status: number) {
    super(`the answer (status ${status}) is not one of the management API`)
    this.name = 'UnexpectedAnswer'
    this.status = status
  }
}

/** Input is sent as it is: the server judges it, and tells which field it refuses. */
export function createCaller(options: CallerOptions): Caller {
  const transport: Transport = options.transport ?? ((url, init) => fetch(url, init))
  return {
    async call<O extends Operation>(operation: O, input: Input<O>, call: CallOptions = {}) {
      const token = await options.token()
      const body = input.body === undefined ? undefined : JSON.stringify(input.body)
      const answer = await transport(options.baseUrl + pathOf(operation, input), {
        method: operation.method,
        headers: { ...headersOf(operation, token, body, call), ...sessionHeaders(operation, options) },
        redirect: 'error',
        ...(body === undefined ? {} : { body }),
        ...(call.signal ? { signal: call.signal } : {}),
      })
      const text = await answer.text()
      if (answer.status !== operation.status) throw refusalOf(answer.status, answer.headers.get('content-type'), text)
      const parsed = operation.answer.safeParse(answer.status === 204 ? undefined : json(text, answer.status))
      if (!parsed.success) throw new UnexpectedAnswer(answer.status)
      return {
        value: parsed.data as z.output<O['answer']>,
        etag: answer.headers.get('etag') ?? undefined,
        location: answer.headers.get('location') ?? undefined,
      }
    },
  }
}

function headersOf(
  operation: Operation,
  token: string | undefined,
  body: string | undefined,
  call: CallOptions,
): Record<string, string> {
  const type = operation.method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
  return {
    accept: `application/json, ${problemMediaType}`,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { 'content-type': type }),
    ...(call.ifMatch === undefined ? {} : { 'if-match': call.ifMatch }),
  }
}

function sessionHeaders(operation: Operation, options: CallerOptions): Record<string, string> {
  const csrf = operation.method === 'GET' ? undefined : options.csrf?.()
  return {
    ...(csrf === undefined ? {} : { 'x-csrf-token': csrf }),
    ...(options.isPassive?.() ? { [passiveHeader]: '1' } : {}),
  }
}

function pathOf(operation: Operation, input: { params: unknown; query: unknown }): string {
  const params = { ...(input.params as Record<string, unknown>) }
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])))
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries({
    ...(input.query as Record<string, string | number | boolean | undefined>),
  })) {
    if (value !== undefined) query.append(name, String(value))
  }
  return query.size === 0 ? path : `${path}?${query.toString()}`
}

function refusalOf(status: number, type: string | null, text: string): Error {
  if (!type?.startsWith(problemMediaType)) return new UnexpectedAnswer(status)
  const told = problem.safeParse(json(text, status))
  return told.success ? new ProblemError(told.data) : new UnexpectedAnswer(status)
}

function json(text: string, status: number): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UnexpectedAnswer(status)
  }
}
