/**
 * A good token for this connection, now: the one question of the door out. A token that is fresh costs one indexed read;
 * one that soon ends is answered and renewed behind the answer; else who asks waits for the one flight that renews it,
 * and gets the old one with a warning where that fails and it still lives. Never throws for what a provider does.
 */
import { SealBroken } from '#crypto/seal.ts'
import { nowSeconds } from '#observe/clock.ts'
import { APPLICATION, type ConnectionKey, ensureConnection } from '#store/connections.ts'
import { isUnavailable } from '#store/database.ts'
import { findHeldToken, type HeldToken } from '#store/held-tokens.ts'
import type { OAuthServer } from '#store/oauth-servers.ts'
import type { Realm } from '#store/realms.ts'
import type { OutboundContext } from './context.ts'
import { blockedBy, type Flown, fly } from './flight.ts'
import { type Freshness, freshnessOf } from './margins.ts'
import { connectionPlace } from './places.ts'
import { type Problem, tokenUnreadable } from './states.ts'

export interface TokenFor {
  readonly realm: Realm
  readonly server: OAuthServer
  readonly subject: { readonly kind: 'application' } | { readonly kind: 'user'; readonly user_id: string }
  /** environments.id and applications.id: the layers over the server's settings. */
  readonly environment?: string | null
  readonly application?: string | null
  /** In place of the server's own. */
  readonly scope?: string
}

export interface TokenOptions {
  /** Seconds for which it should still be good; at most half of its life counts. */
  readonly min_validity?: number
  /** Seconds; the server's Maximum wait duration is the most. */
  readonly wait_seconds?: number
  /** The API did not take the token of this version: a new one is fetched, once for each version. */
  readonly refused_version?: number
  /** A new one, whatever the old one says. */
  readonly force?: boolean
  /** Whoever asks uses nothing: it is only found out whether it could be. */
  readonly is_probe?: boolean
}

export type FreshToken =
  | {
      readonly kind: 'token'
      readonly access_token: string
      readonly token_type: string
      /** Epoch seconds; null: it names no end. */
      readonly expires_at: number | null
      readonly scope: string | null
      readonly connection_id: string
      readonly version: number
      /** Renewing it failed, and it still lives. */
      readonly warning?: Problem
    }
  | { readonly kind: 'needs_authorization'; readonly problem: Problem }
  | { readonly kind: 'disabled'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly problem: Problem }

export async function freshToken(
  context: OutboundContext,
  wanted: TokenFor,
  options: TokenOptions = {},
): Promise<FreshToken> {
  const fresh = await goodToken(context, wanted, options)
  if (fresh.kind === 'token' && !options.is_probe) context.engine.used(fresh.connection_id)
  return fresh
}

async function goodToken(context: OutboundContext, wanted: TokenFor, options: TokenOptions): Promise<FreshToken> {
  const { server } = wanted
  if (server.disabled_at !== null) return { kind: 'disabled', reason: server.disabled_reason ?? '' }
  const key = keyOf(wanted)
  const row = (await read(context, key)) ?? (await begun(context, wanted, key))
  if (row === undefined) return { kind: 'needs_authorization', problem: notConnected }
  const now = nowSeconds()
  const isRefused = options.refused_version === row.version && context.engine.mayRenewRefused(row.id, row.version)
  const freshness = options.force || isRefused ? 'hard' : freshnessNow(row, server, now, options.min_validity)
  if (freshness === 'fresh') return answerOf(context, row, server)
  const blocked = blockedBy(row, now, options.force === true)
  if (blocked) return answerOf(context, row, server, blocked)
  const flight = shared(context, wanted, row, options.force === true)
  if (freshness === 'soft') {
    // It was told to the log; nobody waits.
    flight.catch(() => undefined)
    return answerOf(context, row, server)
  }
  return await waited(context, wanted, row, flight, options.wait_seconds)
}

/** Ten thousand who ask at once are a few reads. */
function read({ db, engine }: OutboundContext, key: ConnectionKey): Promise<HeldToken | undefined> {
  return engine.reads.get(Object.values(key).join(' '), () => findHeldToken(db, key))
}

export function keyOf({ server, subject, environment, application, scope }: TokenFor): ConnectionKey {
  return {
    server_id: server.id,
    subject: subject.kind === 'application' ? APPLICATION : subject.user_id,
    environment: environment ?? '',
    application: application ?? '',
    asked_scope: scope ?? '',
  }
}

/** A row to fetch into; users and servers that need a person's consent get theirs when somebody connects. */
async function begun(
  { db, engine }: OutboundContext,
  { realm, server, subject }: TokenFor,
  key: ConnectionKey,
): Promise<HeldToken | undefined> {
  if (subject.kind === 'user' || server.grant_type === 'authorization_code') return undefined
  return await engine.share(`begin ${Object.values(key).join(' ')}`, () => ensureConnection(db, realm.id, key))
}

/** What was fetched with other settings is not given out; what somebody consented to is. */
function freshnessNow(row: HeldToken, server: OAuthServer, now: number, minValidity?: number): Freshness {
  const isOurs = row.subject === APPLICATION && row.refresh_sealed === null
  if (isOurs && row.settings_version !== server.settings_version) return 'over'
  return freshnessOf(row, now, minValidity)
}

/** All callers of this process share it; it goes on when they leave. */
export async function shared(
  context: OutboundContext,
  { realm, server }: Pick<TokenFor, 'realm' | 'server'>,
  row: HeldToken,
  isForced = false,
): Promise<Flown> {
  const key = `fly ${row.id} ${row.version}${isForced ? ' forced' : ''}`
  const begin = async (): Promise<Flown> => {
    try {
      return await fly(context, { realm, server, isForced }, row)
    } catch (error) {
      context.engine.log.warn({ err: error, connection: row.id }, 'a refresh failed')
      throw error
    }
  }
  for (;;) {
    const flown = await context.engine.share(key, begin)
    // One of the background, which does not wait for another process; we do.
    if (flown.isLeft !== true) return flown
  }
}

async function waited(
  context: OutboundContext,
  { server }: TokenFor,
  row: HeldToken,
  flight: Promise<Flown>,
  waitSeconds = server.max_wait_seconds,
): Promise<FreshToken> {
  const patience = Math.min(waitSeconds, server.max_wait_seconds) * 1000
  const { promise: tired, resolve } = Promise.withResolvers<Flown>()
  const timer = setTimeout(() => resolve({ row, problem: tooLong }), patience)
  try {
    const flown = await Promise.race([flight, tired])
    if (flown.row === undefined) return { kind: 'needs_authorization', problem: flown.problem ?? notConnected }
    return answerOf(context, flown.row, server, flown.problem)
  } catch (error) {
    if (!isUnavailable(error) || !isAlive(row, server)) throw error
    return answerOf(context, row, server, tooLong)
  } finally {
    clearTimeout(timer)
  }
}

const notConnected: Problem = {
  class: 'grant_dead',
  code: 'not_connected',
  description: 'nobody has connected yet',
  retryAfter: null,
}

const tooLong: Problem = {
  class: 'busy',
  code: 'refresh_in_progress',
  description: 'the token is still being refreshed',
  retryAfter: 2,
}

function opened({ engine, seal }: OutboundContext, row: HeldToken): string | SealBroken | null {
  const { access_sealed: sealed } = row
  if (sealed === null) return null
  const open = () => seal.open(sealed, connectionPlace(row, 'access_token')).toString('utf8')
  try {
    return engine.opened(row.id, row.version, open)
  } catch (error) {
    if (error instanceof SealBroken) return error
    throw error
  }
}

function isAlive(row: HeldToken, server: OAuthServer): boolean {
  return row.access_sealed !== null && freshnessNow(row, server, nowSeconds()) !== 'over'
}

function answerOf(context: OutboundContext, row: HeldToken, server: OAuthServer, problem?: Problem): FreshToken {
  const token = isAlive(row, server) ? opened(context, row) : null
  if (token instanceof SealBroken) return { kind: 'unavailable', problem: { ...tokenUnreadable, retryAfter: null } }
  if (token !== null) {
    return {
      kind: 'token',
      access_token: token,
      token_type: row.token_type ?? 'Bearer',
      expires_at: row.expires_at,
      scope: row.scope,
      connection_id: row.id,
      version: row.version,
      ...(problem ? { warning: problem } : {}),
    }
  }
  const why = problem ?? blockedBy(row, nowSeconds(), false) ?? tooLong
  return { kind: row.state === 'needs_authorization' ? 'needs_authorization' : 'unavailable', problem: why }
}
