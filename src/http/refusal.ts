import type { Refused } from './message.ts'

/** What a client's developer and the operator may read in the log, and nobody outside. */
export type RefusalDetail = Readonly<Record<string, unknown>>

/**
 * Thrown to answer a caller with an error that is the caller's to mend. Built by one-line functions beside the rules
 * that use it. `description` goes out, `detail` goes to the log: the two never mix.
 */
export class Refusal extends Error implements Refused {
  readonly status: number
  readonly error: string
  readonly description: string
  readonly headers: Readonly<Record<string, string>>
  readonly detail: RefusalDetail

  constructor(
    status: number,
    error: string,
    description: string,
    detail: RefusalDetail = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(`${error}: ${description}`)
    this.name = 'Refusal'
    this.status = status
    this.error = error
    this.description = description
    this.detail = detail
    this.headers = headers
  }
}
