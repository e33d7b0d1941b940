/**
 * A connector and the values of its parameters, as the request that it makes. Pure. A value never becomes more than a
 * value: in a path it is one segment, in JSON what stands within quotes stays a string, in a header it has no line end.
 */
import type { Connector } from '#store/connectors.ts'
import { OutboundRefusal } from './problem.ts'
import { targetBelow } from './target.ts'

export type Values = Readonly<Record<string, string>>

export interface ConnectorRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

const PLACE = /\{([A-Za-z_][A-Za-z0-9_]{0,63})\}/g
/** A JSON string, or a place outside of one. */
const STRING_OR_PLACE = /"(?:[^"\\]|\\.)*"|\{([A-Za-z_][A-Za-z0-9_]{0,63})\}/gs

const TYPES = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  text: 'text/plain; charset=utf-8',
} as const

export function wrongParameter(name: string, why: string): OutboundRefusal {
  return new OutboundRefusal(400, 'invalid_parameter', 'invalid_parameter', `parameters.${name} ${why}`)
}

/** Refuses with 400 what is missing, unknown or does not fit its place. */
export function connectorRequest(connector: Connector, baseUrl: string | null, values: Values): ConnectorRequest {
  requireExactly(connector, values)
  const query = connector.query.map(({ name, value }): [string, string] => [name, filled(value, values)])
  const path = connector.path.replace(PLACE, (_, name: string) =>
    encodeURIComponent(valueOf(values, name).toWellFormed()),
  )
  const url = targetBelow(baseUrl, path.replace(/^\//, ''), new URLSearchParams(query).toString())
  const body = bodyOf(connector.body, values)
  const headers: Record<string, string> = {}
  const { kind } = connector.body
  if (kind !== 'none') headers['content-type'] = TYPES[kind]
  for (const { name, value } of connector.headers) headers[name.toLowerCase()] = headerOf(name, filled(value, values))
  return { url, headers, ...(body === undefined ? {} : { body }) }
}

function requireExactly({ path, query, headers, body }: Connector, values: Values): void {
  const texts = [path, body.content, ...[...query, ...headers].map(({ value }) => value)]
  const used = new Set(texts.flatMap((text) => [...text.matchAll(PLACE)].map(([, name = '']) => name)))
  const missing = [...used].find((name) => !Object.hasOwn(values, name))
  if (missing !== undefined) throw wrongParameter(missing, 'must be there')
  const unknown = Object.keys(values).find((name) => !used.has(name))
  if (unknown !== undefined) throw wrongParameter('*', 'must name parameters of the connector only')
}

function valueOf(values: Values, name: string): string {
  return Object.hasOwn(values, name) ? (values[name] ?? '') : ''
}

function filled(text: string, values: Values): string {
  return text.replace(PLACE, (_, name: string) => valueOf(values, name))
}

function headerOf(name: string, value: string): string {
  if (/^[\t\x20-\x7e]*$/.test(value)) return value
  throw new OutboundRefusal(400, 'invalid_parameter', 'invalid_parameter', `the header ${name} must be printable ASCII`)
}

function bodyOf({ kind, content, omit_empty: omitsEmpty }: Connector['body'], values: Values): string | undefined {
  if (kind === 'none') return undefined
  if (kind === 'text') return filled(content, values)
  return kind === 'json' ? jsonOf(content, values, omitsEmpty) : formOf(content, values, omitsEmpty)
}

function formOf(content: string, values: Values, omitsEmpty: boolean): string {
  const lines = content.split(/\r?\n/).filter((line) => line.trim() !== '')
  const fields = lines.map((line): [string, string] => {
    const equals = line.indexOf('=')
    return equals === -1 ? [line.trim(), ''] : [line.slice(0, equals).trim(), filled(line.slice(equals + 1), values)]
  })
  return new URLSearchParams(omitsEmpty ? fields.filter(([, value]) => value !== '') : fields).toString()
}

/** In quotes a value is text; outside of them it has to be JSON itself, and an empty one is null. */
function jsonOf(content: string, values: Values, omitsEmpty: boolean): string {
  const text = content.replace(STRING_OR_PLACE, (found: string, bare: string | undefined) => {
    if (bare !== undefined) return plainJson(bare, valueOf(values, bare))
    return found.replace(PLACE, (_, name: string) => JSON.stringify(valueOf(values, name)).slice(1, -1))
  })
  const parsed = parsedOr(text, () => {
    throw new OutboundRefusal(400, 'invalid_body', 'invalid_body', 'the body of the connector is not JSON')
  })
  return JSON.stringify(omitsEmpty ? withoutEmpty(parsed) : parsed)
}

function plainJson(name: string, value: string): string {
  if (value === '') return 'null'
  parsedOr(value, () => {
    throw wrongParameter(name, 'stands outside of quotes and must be JSON')
  })
  return value
}

function parsedOr(text: string, refuse: () => never): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return refuse()
  }
}

function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([, member]) => member !== '' && member !== null)
  return Object.fromEntries(members.map(([name, member]) => [name, withoutEmpty(member)]))
}
