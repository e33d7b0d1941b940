/** Texts with places in braces (`Template` of profile.ts), filled for one request. */
import { createHash, createHmac, randomUUID } from 'node:crypto'
import type { Template, Value } from './profile.ts'
import type { GrantRequest, Kept, ServerSettings } from './settings.ts'

/** The places of one request; a name that it does not have is empty. */
export type Places = ReadonlyMap<string, string>

/** Settings or a profile from which no request can be made. The message is for administrators and holds no secret. */
export class UnusableSettings extends Error {
  constructor(why: string) {
    super(why)
    this.name = 'UnusableSettings'
  }
}

const PLACE = /\{\{|\{([\w.-]+)\}/g

export function fill(template: Template, places: Places): string {
  return template.replaceAll(PLACE, (_, name: string | undefined) =>
    name === undefined ? '{' : (places.get(name) ?? ''),
  )
}

export function fillValue(value: Value, places: Places): string {
  if (typeof value === 'string') return fill(value, places)
  if ('basic' in value) {
    const [user, password] = value.basic.map((part) => fill(part, places))
    return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`
  }
  if ('first' in value) return fill(value.of, places).slice(0, value.first)
  const text = fill(value.sha256, places)
  const digest = value.key === undefined ? createHash('sha256') : createHmac('sha256', fill(value.key, places))
  return digest.update(text, 'utf8').digest(value.encoding ?? 'hex')
}

/**
 * A URL of a profile. A place at its very start may be a whole origin; everywhere else it is one encoded segment, so
 * that a value can neither add a path nor a query. Throws `UnusableSettings` where the URL would leave the origin of
 * `endpoint` and the profile's `hosts`: its values may come from a stranger's browser, and secrets follow it.
 */
export function fillUrl(template: Template, places: Places, endpoint: string, hosts: readonly string[]): string {
  const filled = template.replaceAll(PLACE, (_, name: string | undefined, at: number) => {
    if (name === undefined) return '{'
    const value = places.get(name) ?? ''
    return at === 0 ? value : encodeURIComponent(value)
  })
  const url = URL.parse(filled)
  if (url === null) throw new UnusableSettings('the URL of the profile has a place that nothing fills')
  if (url.origin === URL.parse(endpoint)?.origin) return filled
  if (url.protocol === 'https:' && url.port === '' && hosts.some((host) => isHost(url.hostname, host))) return filled
  throw new UnusableSettings('the URL of the profile leads to a host that the profile does not name')
}

function isHost(name: string, pattern: string): boolean {
  return pattern.startsWith('*.') ? name.endsWith(pattern.slice(1)) : name === pattern
}

/** `now`: Unix milliseconds. */
export function placesOf(
  settings: ServerSettings,
  grant: GrantRequest | { kept?: Kept },
  now: number,
): Map<string, string> {
  const { authentication } = settings
  const places = new Map<string, string>([
    ['client_id', settings.client_id],
    ['scope', settings.scope],
    ['now', String(Math.floor(now / 1000))],
    ['now_ms', String(now)],
    ['uuid', randomUUID()],
  ])
  if ('client_secret' in authentication) places.set('client_secret', authentication.client_secret)
  for (const [name, value] of Object.entries(grant)) {
    if (typeof value === 'string' && name !== 'type') places.set(name, value)
  }
  if (settings.redirect_uri !== undefined && !places.has('redirect_uri'))
    places.set('redirect_uri', settings.redirect_uri)
  places.set('redirect_host', URL.parse(places.get('redirect_uri') ?? '')?.hostname ?? '')
  for (const [name, value] of Object.entries(grant.kept ?? {})) places.set(`kept.${name}`, value)
  return places
}
