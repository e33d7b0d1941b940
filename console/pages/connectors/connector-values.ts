/** The fields of a connector's forms: what they are called, and what they begin with. */
import { type Connector, connectorPatch } from '#contract/connector.ts'
import type { Values } from '../../parts/form/contract-form.ts'

export const titles = {
  name: 'Name',
  description: 'Description',
  oauth_server: 'OAuth server',
  connection: 'Connection',
  method: 'Method',
  path: 'Path',
  query: 'Query',
  headers: 'Headers',
  body: 'Body',
  timeout_ms: 'Timeout',
  outputs: 'Outputs',
} as const

export const connectionNames = { application: 'The application’s', user: 'The calling user’s' } as const

export function valuesOf(connector: Connector): Values {
  return Object.fromEntries(Object.entries(connector).filter(([name]) => name in connectorPatch.shape))
}

export const emptyValues: Values = {
  name: '',
  description: '',
  oauth_server: '',
  connection: 'application',
  method: 'GET',
  path: '/',
  query: [],
  headers: [],
  body: { kind: 'none', content: '', omit_empty: false },
  timeout_ms: 100_000,
  outputs: [],
}

/** The `{parameters}` that a run has to be given, in the order in which they are met. */
export function parametersOf({ path, query, headers, body }: Connector): readonly string[] {
  const texts = [path, ...[...query, ...headers].map(({ value }) => value), body.content]
  const found = texts.flatMap((text) =>
    [...text.matchAll(/\{([A-Za-z_][A-Za-z0-9_]{0,63})\}/g)].map(([, name]) => name),
  )
  return [...new Set(found)].filter((name) => name !== undefined)
}
