/**
 * Nothing of ours comes back by a stranger's words (N171): what they say of an error may repeat what they were sent, in
 * any of the spellings in which it was sent.
 */
import { formEncoded } from './authenticate.ts'
import type { Profile, Value } from './profile.ts'
import type { GrantRequest, ServerSettings } from './settings.ts'
import { fillValue, placesOf } from './template.ts'

export const BLANK = '[blanked]'

/** Shorter texts are words of the language before they are secrets. */
const SHORTEST = 3
/** Each begins where no word does, so that the work stays linear in whatever a stranger writes (N175). */
const SECRET_SHAPE =
  /(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*|\b(?:Basic|Bearer) [\w+/=.~-]{20,}/g
// biome-ignore format: one class of characters
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/g

const SECRET_PARTS = [
  'code',
  'code_verifier',
  'refresh_token',
  'access_token',
  'username',
  'password',
  'state',
] as const

/** Everything secret that a request with these settings and this grant carries. */
export function secretsOf(settings: ServerSettings, grant?: GrantRequest): string[] {
  const { authentication, client_id } = settings
  const secrets = [...settings.query_parameters, ...settings.post_parameters]
    .filter(({ secret }) => secret === true)
    .map(({ value }) => value)
  if ('client_secret' in authentication) {
    const { client_secret } = authentication
    const pairs = [`${client_id}:${client_secret}`, `${formEncoded(client_id)}:${formEncoded(client_secret)}`]
    secrets.push(client_secret, ...pairs.map((pair) => Buffer.from(pair, 'utf8').toString('base64')))
  }
  const parts: Readonly<Record<string, unknown>> = { ...grant }
  for (const name of SECRET_PARTS) {
    const value = parts[name]
    if (typeof value === 'string') secrets.push(value)
  }
  const places = placesOf(settings, grant ?? {}, 0)
  return [...secrets, ...computed(settings.profile).map((value) => fillValue(value, places))]
}

/** What a profile makes of secrets: a part of one is as good as the whole to who guesses the rest. */
function computed({ token, refresh, revoke }: Profile): Exclude<Value, string>[] {
  const values = [token, refresh, revoke].flatMap((rules) => [
    ...Object.values(rules?.add ?? {}),
    ...Object.values(rules?.headers ?? {}),
  ])
  return values.filter((value) => typeof value !== 'string')
}

/** The text without the secrets, without anything shaped like a token, without control characters. */
export function redact(text: string, secrets: readonly string[], longest = 500): string {
  const spellings = new Set(secrets.filter((secret) => secret.length >= SHORTEST).flatMap(spellingsOf))
  let clean = text
  // The longest first: a secret may stand inside another's spelling.
  for (const spelling of [...spellings].toSorted((a, b) => b.length - a.length))
    clean = clean.replaceAll(spelling, BLANK)
  clean = clean.replaceAll(SECRET_SHAPE, BLANK).replaceAll(CONTROL, ' ').trim()
  return clean.length > longest ? `${clean.slice(0, longest)}…` : clean
}

function spellingsOf(secret: string): string[] {
  const well = secret.toWellFormed()
  const encoded = encodeURIComponent(well)
  const lower = encoded.replaceAll(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase())
  const escaped = JSON.stringify(well).slice(1, -1)
  const base64 = Buffer.from(well, 'utf8').toString('base64')
  const html = well.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
  return [secret, encoded, lower, formEncoded(well), escaped, escaped.replaceAll('/', '\\/'), base64, html]
}
