/**
 * What stands in the address of a list. Routes are known before any page is loaded, so nothing of the contract is here
 * but its types: a value that the contract would refuse is left out where the list reads its address.
 */
import type { z } from 'zod'
import type { Operation } from '#contract/operation.ts'

/** The query of a list operation, as text: what stands in the address. `all` is the list without pages. */
export type ListSearch<O extends Operation = Operation> = {
  readonly [K in keyof z.input<O['query']> | 'all']?: string | undefined
}

/** For a route's `validateSearch`: `listSearch<typeof listClients>()`. */
export function listSearch<O extends Operation>(): (raw: Record<string, unknown>) => ListSearch<O> {
  return (raw) => Object.fromEntries(Object.entries(raw).filter(isText)) as ListSearch<O>
}

/** An address only ever has text; what links hand in as nothing is not there. */
function isText(pair: [string, unknown]): pair is [string, string] {
  return typeof pair[1] === 'string' && pair[1] !== ''
}
