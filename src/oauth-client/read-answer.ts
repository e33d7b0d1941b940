/**
 * An answer of a token endpoint, understood (RFC 6749 §5). Pure: the same stored answer is read again when a mapping was
 * mended. Tolerant of form and strict of meaning (N161): whatever comes, the end is tokens or a refusal with a class.
 * Token fields win over everything else: who was given tokens has spent something for them.
 */
import type { RawAnswer, Refused, TokenAnswer } from './answer.ts'
import { type Expiry, readExpiry } from './expiry.ts'
import type { AnswerRules, FieldPaths, Profile } from './profile.ts'
import { at, firstAt, readBody } from './read-body.ts'
import { redact, secretsOf } from './redact.ts'
import { classify, refused, retryAfter } from './refusals.ts'
import type { GrantRequest, ServerSettings } from './settings.ts'

const FIELDS: Required<FieldPaths> = {
  access_token: ['access_token'],
  token_type: ['token_type'],
  expires: ['expires_in'],
  refresh_token: ['refresh_token'],
  refresh_expires: ['refresh_expires_in', 'refresh_token_expires_in'],
  scope: ['scope'],
  id_token: ['id_token'],
}

const ERROR_CODES = ['error', 'error.code', 'error.type', 'error_code', 'errorCode', 'errors.0.code', 'code']
const ERROR_TEXTS = ['error_description', 'error.message', 'error_message', 'errors.0.message', 'message', 'detail']

/** What goes into a header one day. */
const TOKEN = /^[\x21-\x7e](?:[\x20-\x7e]{0,65534}[\x21-\x7e])?$/
const MAX_KEPT_CHARACTERS = 2_000

/** `receivedAt`: Unix seconds. Never throws. */
export function readTokenAnswer(
  settings: ServerSettings,
  grant: GrantRequest,
  raw: RawAnswer,
  receivedAt: number,
): TokenAnswer {
  const { profile } = settings
  const rules = profile.answer ?? {}
  const body = readBody(raw, rules.format)
  const mayHoldTokens = (raw.status >= 200 && raw.status < 300) || rules.statuses?.includes(raw.status) === true
  if (body.kind === 'tree' && mayHoldTokens) {
    const found = readTokens(body.tree, profile, receivedAt)
    if (found) return found
  }
  const tree = body.kind === 'tree' ? body.tree : undefined
  return readRefusal({ settings, grant, raw, receivedAt, tree, unreadable: body.kind === 'tree' ? null : body.code })
}

function readTokens(tree: unknown, profile: Profile, receivedAt: number): TokenAnswer | undefined {
  const rules = profile.answer ?? {}
  const top = (rules.root === undefined ? undefined : at(tree, rules.root)) ?? tree
  const field = (name: keyof FieldPaths): unknown => firstAt(top, rules.fields?.[name] ?? FIELDS[name])
  const token = field('access_token')
  if (token === undefined || token === '') return undefined
  if (typeof token !== 'string' || !TOKEN.test(token)) return unreadable('access_token')
  const expiry = readExpiry(field('expires'), rules.expiry?.source ?? 'seconds', receivedAt, {
    token,
    zeroIsNever: rules.expiry?.zero_is_never ?? false,
  })
  if (expiry.kind === 'unreadable') return unreadable('expiry')
  const refreshToken = field('refresh_token')
  if (refreshToken !== undefined && refreshToken !== '' && !isToken(refreshToken)) return unreadable('refresh_token')
  const type = field('token_type')
  const idToken = field('id_token')
  return {
    kind: 'tokens',
    access_token: token,
    token_type: rules.token_type === 'as_given' && isToken(type) ? type : 'Bearer',
    expires_at: momentOf(expiry, rules, receivedAt),
    refresh_token: isToken(refreshToken) ? refreshToken : null,
    refresh_expires_at: refreshExpiry(field('refresh_expires'), rules, receivedAt),
    scope: scopeOf(field('scope'), profile.scope?.answer_separator ?? profile.scope?.separator),
    id_token: profile.openid && isToken(idToken) ? idToken : null,
    kept: keptOf(tree, rules),
  }
}

function isToken(value: unknown): value is string {
  return typeof value === 'string' && TOKEN.test(value)
}

function unreadable(field: string): Refused {
  return refused('malformed', `unreadable_${field}`, `the answer has an ${field.replace('_', ' ')} that cannot be used`)
}

function momentOf(expiry: Expiry, { expiry: rules }: AnswerRules, receivedAt: number): number | null {
  if (expiry.kind === 'at') return expiry.seconds
  if (expiry.kind === 'never' || rules?.default_seconds === undefined) return null
  return receivedAt + rules.default_seconds
}

/** Only told to people and to the keep-alive: what cannot be read is not said. */
function refreshExpiry(value: unknown, { expiry: rules }: AnswerRules, receivedAt: number): number | null {
  const found = rules?.refresh_source ?? rules?.source ?? 'seconds'
  const source = found === 'jwt' || found === 'introspection' ? 'seconds' : found
  const expiry = readExpiry(value, source, receivedAt)
  return expiry.kind === 'at' ? expiry.seconds : null
}

/** A list, or a text with the provider's separator; null where it says nothing. */
function scopeOf(value: unknown, separator = ' '): string | null {
  const list = Array.isArray(value)
    ? value.filter((item): item is string => typeof item === 'string')
    : typeof value === 'string'
      ? value.split(separator).flatMap((part) => part.split(/\s+/))
      : []
  const scopes = list.filter((scope) => /^[\x21-\x7e]+$/.test(scope))
  return scopes.length === 0 ? null : scopes.join(' ')
}

function keptOf(tree: unknown, { keep = {} }: AnswerRules): Record<string, string> {
  const found = Object.entries(keep).map(([name, path]) => [name, textOf(at(tree, path))] as const)
  return Object.fromEntries(
    found.filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1].length <= MAX_KEPT_CHARACTERS,
    ),
  )
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

interface Unread {
  readonly settings: ServerSettings
  readonly grant: GrantRequest
  readonly raw: RawAnswer
  readonly receivedAt: number
  readonly tree: unknown
  readonly unreadable: string | null
}

function readRefusal({ settings, grant, raw, receivedAt, tree, unreadable: why }: Unread): Refused {
  const { profile } = settings
  const { success, error } = profile.answer ?? {}
  const given = firstText(tree, error?.code ?? ERROR_CODES)
  // A success that brings no token is the mapping's fault, whatever else it says.
  const succeeded = success !== undefined && success.equals.includes(textOf(at(tree, success.path)) ?? '')
  const code = succeeded ? undefined : given
  const kind = classify(raw.status, code, grant.type, profile)
  const secrets = secretsOf(settings, grant)
  const said = firstText(tree, error?.description ?? ERROR_TEXTS)
  const description = said === undefined ? standing(raw.status, why) : redact(said, secrets)
  const shown = code === undefined ? standingCode(raw.status, why) : shownCode(code, secrets)
  return refused(kind, shown, description, retryAfter(raw.headers['retry-after'], receivedAt))
}

function firstText(tree: unknown, paths: readonly string[]): string | undefined {
  return paths.map((path) => textOf(at(tree, path))).find((text) => text !== undefined)
}

function shownCode(code: string, secrets: readonly string[]): string {
  return redact(code, secrets, 100).replaceAll(/[^\x20-\x7e]/g, '?')
}

function standingCode(status: number, unreadableCode: string | null): string {
  if (status >= 300 && status < 400) return 'redirect'
  if (status === 401) return 'invalid_client'
  if (status >= 400) return `http_${status}`
  return unreadableCode ?? 'no_access_token'
}

function standing(status: number, unreadableCode: string | null): string {
  if (status >= 300 && status < 400) return 'the token URL answers with a redirect, which is not followed'
  if (status >= 400) return `the token URL answers with status ${status} and does not say why`
  if (unreadableCode === 'html') return 'the token URL answers with an HTML page'
  if (unreadableCode === 'empty') return 'the token URL answers with nothing'
  if (unreadableCode === 'truncated') return 'the answer of the token URL is too long'
  return unreadableCode === null ? 'the answer holds no access token' : 'the answer cannot be read'
}
