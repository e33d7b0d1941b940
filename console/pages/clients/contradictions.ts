/**
 * What in a client contradicts itself, the realm or good practice: said beside the field while it is being typed, with
 * the change that mends it. The server judges again; what it refuses is `wrong` here.
 */
import { deviceCodeGrant } from '#contract/client.ts'
import type { Values } from '../../parts/form/contract-form.ts'
import { duration } from '../../parts/show/text.ts'
import { scopesOf } from './linked-fields.ts'

export interface Contradiction {
  /** Where it is said. */
  readonly field: string
  /** `wrong`: would be refused; `risk`: is allowed, and dangerous; `note`: has no effect as it is. */
  readonly tone: 'wrong' | 'risk' | 'note'
  readonly text: string
  readonly fix?: { readonly label: string; readonly values: Values }
}

export interface RealmFacts {
  readonly name: string
  readonly allow_password_grant: boolean
}

/** Tokens of a client that cannot keep a secret live at most an hour, those of `system` a quarter of one. */
export const publicSeconds = 3600
export const systemSeconds = 900

export function contradictions(values: Values, realm: RealmFacts): readonly Contradiction[] {
  return [...ofGrants(values, realm), ...ofPassword(values, realm), ...ofAddresses(values), ...ofTokens(values, realm)]
}

function grantsOf({ grant_types }: Values): readonly string[] {
  return (grant_types ?? []) as readonly string[]
}

function* ofGrants(values: Values, { name }: RealmFacts): Generator<Contradiction> {
  const grants = grantsOf(values)
  const isPublic = values['token_endpoint_auth_method'] === 'none'
  const hasUser = [...userGrants].some((grant) => grants.includes(grant))
  if (grants.includes('client_credentials') && isPublic) {
    yield {
      field: 'grant_types',
      tone: 'wrong',
      text: 'Client credentials need a client that proves who it is; this one is public (RFC 6749 section 4.4).',
      fix: { label: 'Require a secret', values: { require_client_secret: true } },
    }
  }
  if (grants.includes('refresh_token') && !hasUser) {
    yield {
      field: 'grant_types',
      tone: 'wrong',
      text: 'A refresh token carries on what a user has allowed. Without a grant with a user beside it there is none.',
      fix: { label: 'Take refresh token away', values: { grant_types: without(grants, 'refresh_token') } },
    }
  }
  if (isPublic && values['require_pkce'] === false) {
    yield {
      field: 'require_pkce',
      tone: 'wrong',
      text: 'A client without authentication needs PKCE: nothing else proves that a code is its own (RFC 9700).',
      fix: { label: 'Require PKCE', values: { require_pkce: true } },
    }
  } else if (grants.includes('authorization_code') && values['require_pkce'] === false) {
    yield {
      field: 'require_pkce',
      tone: 'risk',
      text: 'Without PKCE a stolen code can be used by whoever has it.',
      fix: { label: 'Require PKCE', values: { require_pkce: true } },
    }
  }
  if (scopesOf(values).includes('offline_access') && !grants.includes('refresh_token')) {
    yield {
      field: 'offline_access',
      tone: 'note',
      text: 'It may ask for refresh tokens, but not use them: the refresh token grant is off.',
      fix: { label: 'Allow the grant', values: { grant_types: [...grants, 'refresh_token'] } },
    }
  }
  if (name === 'system' && grants.length > 0 && scopesOf(values).includes('sallyport_api')) {
    yield { field: 'scope', tone: 'risk', text: 'With sallyport_api its tokens may change everything its roles allow.' }
  }
}

const userGrants = ['authorization_code', deviceCodeGrant, 'password'] as const

function* ofPassword(values: Values, realm: RealmFacts): Generator<Contradiction> {
  if (!grantsOf(values).includes('password')) return
  const fix = { label: 'Take it away', values: { grant_types: without(grantsOf(values), 'password') } }
  if (realm.name === 'system') {
    yield { field: 'grant_types', tone: 'wrong', text: 'The realm system has no password grant.', fix }
    return
  }
  yield {
    field: 'grant_types',
    tone: 'risk',
    text: 'With the password grant the client sees the passwords of people, and no second factor can be asked for (RFC 9700 section 2.4). It is here for clients that cannot be changed.',
    fix,
  }
  if (!realm.allow_password_grant) {
    const text = 'This realm does not allow the password grant: until that is switched on, the client is refused.'
    yield { field: 'grant_types', tone: 'note', text }
  }
}

function* ofAddresses(values: Values): Generator<Contradiction> {
  const hasCode = grantsOf(values).includes('authorization_code')
  const uris = ((values['redirect_uris'] ?? []) as readonly string[]).filter((uri) => uri !== '')
  if (hasCode && uris.length === 0) {
    yield {
      field: 'redirect_uris',
      tone: 'note',
      text: 'Authorization code is allowed, but no code can be sent anywhere yet: add the address of the application.',
    }
  }
  if (!hasCode && uris.length > 0) {
    yield {
      field: 'redirect_uris',
      tone: 'note',
      text: 'These have no effect: authorization code is not among the grant types.',
      fix: { label: 'Allow the grant', values: { grant_types: ['authorization_code', ...grantsOf(values)] } },
    }
  }
}

function* ofTokens(values: Values, realm: RealmFacts): Generator<Contradiction> {
  const isPublic = values['token_endpoint_auth_method'] === 'none'
  const most = realm.name === 'system' ? systemSeconds : isPublic ? publicSeconds : undefined
  const seconds = values['expires_in']
  if (most !== undefined && typeof seconds === 'number' && seconds > most) {
    yield {
      field: 'expires_in',
      tone: 'wrong',
      text: `${realm.name === 'system' ? 'Tokens of system' : 'Tokens of a public client'} live at most ${duration(most)}.`,
      fix: { label: `Make it ${duration(most)}`, values: { expires_in: most } },
    }
  }
  const { refresh_idle_seconds: idle, refresh_absolute_seconds: absolute } = values
  if (typeof idle === 'number' && typeof absolute === 'number' && idle > absolute) {
    const text = 'A refresh token cannot be left unused for longer than it lives.'
    yield { field: 'refresh_idle_seconds', tone: 'wrong', text }
  }
  if (values['token_endpoint_auth_method'] === 'private_key_jwt' && !values['jwks'] && !values['jwks_uri']) {
    const text = 'Its method is its own key: give the key set here, or the address where it is.'
    yield { field: 'jwks', tone: 'wrong', text }
  }
  if (values['jwks'] && values['jwks_uri']) {
    yield {
      field: 'jwks_uri',
      tone: 'wrong',
      text: 'Either the key set or its address, not both (RFC 7591 section 2).',
      fix: { label: 'Take the address away', values: { jwks_uri: null } },
    }
  }
}

function without(grants: readonly string[], taken: string): readonly string[] {
  return grants.filter((grant) => grant !== taken)
}
