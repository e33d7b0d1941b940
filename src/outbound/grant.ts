/**
 * With what a token is asked for: the refresh token where there is one, else what the server's grant type repeats of
 * itself. Knows what each of them costs: what can be sent once is told from what can be sent again.
 */
import { fingerprint } from '#crypto/hash.ts'
import type { Seal } from '#crypto/seal.ts'
import { isSpent } from '#oauth-client/refusals.ts'
import type { GrantRequest, Kept, ServerSettings } from '#oauth-client/settings.ts'
import { APPLICATION, type ConnectionRow } from '#store/connections.ts'
import type { OAuthServer } from '#store/oauth-servers.ts'
import type { Effective } from './effective-server.ts'
import { connectionPlace } from './places.ts'

export type UsableServer = Extract<Effective, { kind: 'effective' }>

export interface Plan {
  readonly settings: ServerSettings
  readonly grant: GrantRequest
  /** What is sent may be spent by it: it is written down before, sent once, and its answer is kept before it is read. */
  readonly isSpent: boolean
  /** It rests on a refresh token; another grant of the server may take its place when that is dead. */
  readonly isRefresh: boolean
  readonly fingerprint: string
}

export function planOf(seal: Seal, server: OAuthServer, row: ConnectionRow, effective: UsableServer): Plan | undefined {
  const settings = row.asked_scope === '' ? effective.settings : { ...effective.settings, scope: row.asked_scope }
  const { profile } = settings
  const kept = keptOf(seal, row)
  if (profile.renew_with === 'access_token' && row.access_sealed !== null) {
    const access_token = seal.open(row.access_sealed, connectionPlace(row, 'access_token')).toString('utf8')
    return plan(settings, { type: 'refresh_token', refresh_token: '', access_token, kept }, access_token)
  }
  if (row.refresh_sealed !== null && profile.renew_with !== 'client') {
    const refresh_token = seal.open(row.refresh_sealed, connectionPlace(row, 'refresh_token')).toString('utf8')
    return plan(settings, { type: 'refresh_token', refresh_token, kept }, refresh_token)
  }
  const first = firstGrant(server, row, effective)
  return first && plan(settings, { ...first, kept }, first.type === 'refresh_token' ? first.refresh_token : '')
}

/** Whether the server's grant needs nobody but us: a dead refresh token is no end then. */
export function canBeginAnew(server: OAuthServer, row: ConnectionRow): boolean {
  return (
    row.subject === APPLICATION &&
    server.grant_type !== 'authorization_code' &&
    server.grant_type !== 'refresh_token' &&
    row.refresh_sealed !== null
  )
}

/** undefined: a person has to connect first. */
function firstGrant(server: OAuthServer, row: ConnectionRow, effective: UsableServer): GrantRequest | undefined {
  if (row.subject !== APPLICATION) return undefined
  switch (server.grant_type) {
    case 'client_credentials':
      return { type: 'client_credentials' }
    case 'urn:ietf:params:oauth:grant-type:jwt-bearer':
      return { type: 'jwt_bearer' }
    case 'password':
      return effective.owner === null ? undefined : { type: 'password', ...effective.owner }
    case 'refresh_token':
      return effective.refresh_token === null
        ? undefined
        : { type: 'refresh_token', refresh_token: effective.refresh_token }
    default:
      return effective.settings.profile.renew_with === 'client' ? { type: 'client_credentials' } : undefined
  }
}

function plan(settings: ServerSettings, grant: GrantRequest, secret: string): Plan {
  return {
    settings,
    grant,
    isSpent: isSpent(grant.type, settings.profile),
    isRefresh: grant.type === 'refresh_token',
    fingerprint: secret === '' ? '' : fingerprint(secret),
  }
}

function keptOf(seal: Seal, row: ConnectionRow): Kept {
  if (row.kept_sealed === null) return {}
  return JSON.parse(seal.open(row.kept_sealed, connectionPlace(row, 'kept')).toString('utf8')) as Kept
}
