/**
 * The rules of health: pure functions from what is there to what is worth a look. Owns: when a rule speaks, how grave it
 * is, and the merge patch that mends it where one does without a guess. A rule about refresh tokens that are not rotated
 * is missing on purpose: all are, always. What is built in is not judged: nobody could change it.
 */
import { deviceCodeGrant } from '#contract/client.ts'
import type { Finding } from '#contract/health.ts'
import type { Client } from '#store/clients.ts'
import type { ClientFacts, RealmFacts } from '#store/health.ts'
import type { Realm } from '#store/realms.ts'
import { secretKind } from './client-fields.ts'

const day = 86_400
export const unusedSeconds = 90 * day
const soonSeconds = 30 * day
/** A key's own rhythm is 90 days; this is the last week of it. */
const takeoverSeconds = 7 * day
const keyAgeSeconds = 365 * day
const longTokenSeconds = day

type Severity = Finding['severity']
type Fix = Record<string, unknown> | null
type Spoken = readonly [rule: string, severity: Severity, reason: string, fix: Fix]

interface Case {
  readonly client: Client
  readonly facts: ClientFacts
  readonly realm: Realm
  /** Epoch seconds. */
  readonly now: number
}

type Rule = (about: Case) => Spoken | undefined

const clientRules: readonly Rule[] = [
  ({ client }) =>
    client.grant_types.includes('authorization_code') && !client.require_pkce
      ? ['no_pkce', 'warning', 'Codes are given out without PKCE, so a stolen one can be used.', { require_pkce: true }]
      : undefined,
  ({ client }) =>
    client.redirect_uris.some(isPlainHttp)
      ? ['http_redirect', 'error', 'A redirect URI is plain http: codes can be read on the way.', null]
      : undefined,
  ({ client }) =>
    client.redirect_uris.some((uri) => /\*|%2a/i.test(uri))
      ? ['wildcard_redirect', 'warning', 'A redirect URI looks like a wildcard: it is compared letter by letter.', null]
      : undefined,
  ({ client }) =>
    client.grant_types.includes('authorization_code') && client.redirect_uris.length === 0
      ? ['no_redirect_uri', 'error', 'It may ask for codes, but has no redirect URI that they could go to.', null]
      : undefined,
  ({ client }) =>
    !client.grant_types.includes('authorization_code') && client.redirect_uris.length > 0
      ? ['unused_redirect', 'info', 'It has redirect URIs, but gets no codes.', { redirect_uris: [] }]
      : undefined,
  ({ client }) =>
    client.scopes.has('offline_access') && !client.grant_types.includes('refresh_token')
      ? [
          'offline_without_refresh',
          'warning',
          'It may ask for offline access, but not use the refresh tokens.',
          { grant_types: [...client.grant_types, 'refresh_token'] },
        ]
      : undefined,
  passwordGrant,
  secrets,
  ({ client, realm }) =>
    client.expires_in !== null && client.expires_in > longTokenSeconds
      ? [
          'long_token',
          'warning',
          'Its access tokens live longer than a day.',
          realm.token_validity <= longTokenSeconds ? { expires_in: null } : null,
        ]
      : undefined,
  unused,
  ({ facts }) =>
    facts.asked_redirect_uris > 0
      ? [
          'asked_redirect_uris',
          'warning',
          `Redirect URIs that it asked for wait for an approval: ${facts.asked_redirect_uris}.`,
          null,
        ]
      : undefined,
  ({ facts, now }) =>
    facts.legacy_used_at !== null && facts.legacy_used_at > now - soonSeconds
      ? ['legacy_use', 'warning', `It came by an older shape on ${dateOf(facts.legacy_used_at)}.`, null]
      : undefined,
]

function passwordGrant({ client, realm }: Case): Spoken | undefined {
  if (!client.grant_types.includes('password')) return undefined
  const others = client.grant_types.filter((grant) => grant !== 'password')
  const hasUser = others.some((grant) => grant === 'authorization_code' || grant === deviceCodeGrant)
  const kept = hasUser ? others : others.filter((grant) => grant !== 'refresh_token')
  const fix = kept.length === 0 ? null : { grant_types: kept }
  return realm.settings.allow_password_grant
    ? ['password_grant', 'warning', 'It sees the passwords of people (RFC 9700 section 2.4).', fix]
    : ['password_grant_off', 'info', 'It has the password grant, which the realm does not allow.', fix]
}

/** Expired secrets are not among those of a client. */
function secrets({ client, now }: Case): Spoken | undefined {
  if (secretKind(client.token_endpoint_auth_method) === 'none') return undefined
  const ends = client.secrets.map((secret) => secret.expires_at).filter((end) => end === null || end > now)
  if (ends.length === 0) return ['no_secret', 'error', 'None of its secrets is valid: it cannot authenticate.', null]
  if (ends.includes(null)) return ['endless_secret', 'info', 'A secret of it never expires.', null]
  const last = Math.max(...ends.map((end) => end ?? 0))
  if (last > now + soonSeconds) return undefined
  return ['secret_expiring', 'warning', `Its last secret expires on ${dateOf(last)}.`, null]
}

function unused({ client, facts, now }: Case): Spoken | undefined {
  const { last_used_at: used } = facts
  if (used === null) {
    if (client.created_at > now - soonSeconds) return undefined
    return ['never_used', 'info', `It was never used since ${dateOf(client.created_at)}.`, { enabled: false }]
  }
  if (used > now - unusedSeconds) return undefined
  return ['unused', 'warning', `It was used last on ${dateOf(used)}.`, { enabled: false }]
}

/** Of a client that is disabled only this is worth a word. */
function disabledButUsed({ facts, now }: Case): Spoken | undefined {
  if (facts.last_used_at === null || facts.last_used_at <= now - soonSeconds) return undefined
  const reason = `It is disabled, and was in use until ${dateOf(facts.last_used_at)}.`
  return ['disabled_but_used', 'info', reason, null]
}

export function judgeClientHealth(about: Case): Finding[] {
  const { client } = about
  if (client.built_in) return []
  const rules = client.enabled ? clientRules : [disabledButUsed]
  const object = { object_kind: 'client', object_id: client.client_id, object_name: client.client_name } as const
  return findingsOf(rules, about, object)
}

interface RealmCase {
  readonly realm: Realm
  readonly facts: RealmFacts
  readonly now: number
}

const realmRules: readonly ((about: RealmCase) => Spoken | undefined)[] = [
  ({ realm }) =>
    realm.settings.allow_password_grant
      ? [
          'password_grant_on',
          'warning',
          'Clients may collect the passwords of people (RFC 9700 section 2.4).',
          { allow_password_grant: false },
        ]
      : undefined,
  ({ realm }) =>
    realm.token_validity > longTokenSeconds
      ? ['long_token_validity', 'warning', 'Access tokens live longer than a day.', { token_validity: 43_200 }]
      : undefined,
  facadeUsed,
  facadeUnused,
  ({ facts, now }) =>
    facts.keySetAt !== undefined && facts.keySetAt <= now - keyAgeSeconds
      ? ['old_key', 'warning', `The KEY has not been changed since ${dateOf(facts.keySetAt)}.`, null]
      : undefined,
  ({ facts, now }) => {
    const next = facts.takeovers[0]
    if (!next || next.active_at > now + takeoverSeconds) return undefined
    const reason = `The next ${next.alg} signing key takes over on ${dateOf(next.active_at)}.`
    return ['key_takeover', 'info', `${reason} Whoever keeps a copy of the key set should fetch it anew.`, null]
  },
]

function isUsed(facade: string, { facts, now }: RealmCase): boolean {
  return [...facts.legacyUsedAt].some(([kind, at]) => kind.startsWith(facade) && at > now - unusedSeconds)
}

function facadeUsed(about: RealmCase): Spoken | undefined {
  const used = about.realm.settings.facades.filter((facade) => isUsed(facade, about))
  if (used.length === 0) return undefined
  return ['facade_used', 'warning', `Older shapes are still in use: ${used.join(', ')}.`, null]
}

function facadeUnused(about: RealmCase): Spoken | undefined {
  const { facades } = about.realm.settings
  const used = facades.filter((facade) => isUsed(facade, about))
  if (used.length === facades.length) return undefined
  const idle = facades.filter((facade) => !used.includes(facade))
  const reason = `Older shapes are on that nobody used in the last 90 days: ${idle.join(', ')}.`
  return ['facade_unused', 'info', reason, { facades: used }]
}

export function judgeRealmHealth(about: RealmCase): Finding[] {
  const { name, display_name } = about.realm
  return findingsOf(realmRules, about, { object_kind: 'realm', object_id: name, object_name: display_name })
}

function findingsOf<C>(
  rules: readonly ((about: C) => Spoken | undefined)[],
  about: C,
  object: Pick<Finding, 'object_kind' | 'object_id' | 'object_name'>,
): Finding[] {
  return rules.flatMap((rule) => {
    const spoken = rule(about)
    if (!spoken) return []
    const [name, severity, reason, fix] = spoken
    return [{ rule: name, severity, ...object, reason, fix }]
  })
}

/** RFC 8252 §7.3: what stays on the machine may be plain. */
function isPlainHttp(uri: string): boolean {
  return /^http:/i.test(uri) && !/^http:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?:[:/?]|$)/i.test(uri)
}

function dateOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10)
}
