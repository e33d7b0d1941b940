/**
 * Does a foreign OAuth server work while nobody uses it? It is asked on its schedule, by one node, with the token of the
 * application's own connection: userinfo, introspection, or a URL of its API. What comes of it is told as a use tells
 * it, and never switches a server off. Where only people connect there is no such token, and nothing is asked.
 */
import { type Called, callWithToken, introspectToken, type Unanswered } from '#oauth-client/inspect.ts'
import type { WayOut } from '#oauth-client/settings.ts'
import { nowSeconds } from '#observe/clock.ts'
import { findOAuthServerById, findServerStates, noteServerState, type OAuthServer } from '#store/oauth-servers.ts'
import { listRealms, type Realm } from '#store/realms.ts'
import { claimProbe, type DueProbe, listDueProbes, noteProbe } from '#store/server-probes.ts'
import { restAfter } from './background.ts'
import { noteSuccess } from './careful.ts'
import type { OutboundContext } from './context.ts'
import { effectiveServer } from './effective-server.ts'
import { type FreshToken, freshToken, type TokenFor } from './fresh-token.ts'
import { baseOnly } from './layers.ts'
import { findProfile } from './profiles/find.ts'
import { lastErrorOf, PROBE_FAILED, type Problem, serverStatusAfter } from './states.ts'

/** In one process: a server that hangs holds up one of them. */
const MOST_AT_ONCE = 50
const TOKEN_SECONDS = 10
const ASK_MS = 10_000
const MOST_BYTES = 256 * 1024
const PREFIX = 'probe '

type Probed = OAuthServer & { readonly probe: NonNullable<OAuthServer['probe']> }

/** A chore: one pass. Ends when everything has begun. */
export async function probeDue(context: OutboundContext): Promise<void> {
  const { db, engine } = context
  if ((await engine.guard.refusal()) !== undefined) return
  const running = engine.sharedKeys(PREFIX)
  const free = MOST_AT_ONCE - running.length
  if (free <= 0) return
  const realms = new Map((await listRealms(db)).map((realm) => [realm.id, realm]))
  for (const due of await listDueProbes(db, nowSeconds(), [...running, ...engine.resting()], free)) {
    if (engine.isClosing) return
    const work = engine.share(PREFIX + due.server_id, () => probe(context, realms, due))
    work.catch((err: unknown) => engine.log.warn({ err, server: due.server_id }, 'probing an OAuth server failed'))
  }
}

async function probe(context: OutboundContext, realms: ReadonlyMap<string, Realm>, due: DueProbe): Promise<void> {
  const server = await findOAuthServerById(context.db, due.server_id)
  const realm = server && realms.get(server.realm_id)
  // It was changed a moment ago: the next pass sees what it is now.
  if (!realm || !isProbed(server) || server.disabled_at !== null) return
  // Not all of those that were saved together at once, again and again.
  const next = nowSeconds() + Math.ceil(server.probe_every_seconds * (0.9 + Math.random() / 5))
  if (!(await claimProbe(context.db, due, next))) return
  const found = await ask(context, realm, server)
  if (found === undefined) return
  const { works, status, problem, isProof } = found
  if (works && isProof) await noteWorking(context, server)
  if (problem) await noteFailing(context, server, problem)
  await noteProbe(context.db, server, { at: nowSeconds(), works, status })
}

function isProbed(server: OAuthServer): server is Probed {
  return server.probe !== null
}

interface Found {
  readonly works: boolean
  readonly status: number | null
  /** What has to be said of the server, where the engine has not said it. */
  readonly problem?: Problem
  /** Its token was no leftover of one that can no longer be renewed. */
  readonly isProof?: boolean
}

/** undefined: there is nobody to ask for. */
async function ask(context: OutboundContext, realm: Realm, server: Probed): Promise<Found | undefined> {
  // As by a try: what cannot be renewed now does not switch the server off.
  const wanted: TokenFor = { realm, server: { ...server, on_failure: 'retry' }, subject: { kind: 'application' } }
  const options = { is_probe: true, wait_seconds: TOKEN_SECONDS } as const
  const first = await freshToken(context, wanted, options)
  if (first.kind !== 'token') return isNobody(first) ? undefined : { works: false, status: null }
  const called = await call(context, realm, server, first.access_token)
  if (called.kind !== 'expired') return foundOf(server, called, first)
  const next = await freshToken(context, wanted, { ...options, refused_version: first.version })
  if (next.kind === 'token' && next.version !== first.version) {
    return foundOf(server, await call(context, realm, server, next.access_token), next)
  }
  return isTold(next) ? { works: false, status: called.status } : foundOf(server, called, first)
}

/** Where only people connect, and where nobody has connected yet. */
function isNobody(fresh: FreshToken): boolean {
  return fresh.kind === 'disabled' || (fresh.kind === 'needs_authorization' && fresh.problem.code === 'not_connected')
}

/** That no token came was written down with its reason, which says more than that the old one is not taken. */
function isTold(fresh: FreshToken): boolean {
  const problem = fresh.kind === 'token' ? fresh.warning : 'problem' in fresh ? fresh.problem : undefined
  return problem !== undefined && serverStatusAfter(problem, true) !== undefined
}

async function call(context: OutboundContext, realm: Realm, server: Probed, token: string): Promise<Called> {
  const { egress, db } = context
  const way: WayOut = (url, request) =>
    egress.fetch(url, { ...request, realm: realm.name, timeoutMs: ASK_MS, maxBytes: MOST_BYTES })
  const signal = AbortSignal.timeout(ASK_MS)
  if (server.probe === 'introspection') {
    const effective = await effectiveServer(context, realm.name, server, baseOnly)
    if (effective.kind === 'refused') return unasked(effective)
    const said = await introspectToken(effective.settings, token, way, signal)
    if (said.kind === 'failed') return said
    return { kind: said.kind === 'active' ? 'taken' : 'expired', status: 200 }
  }
  const profile = await findProfile(db, server.realm_id, server.profile)
  const url = server.probe === 'url' ? server.probe_url : server.userinfo_endpoint
  if (!profile) return unasked({ code: 'unknown_profile', description: 'the profile of this server is not here' })
  if (url === null) return unasked({ code: 'settings', description: 'there is no URL to ask' })
  return await callWithToken(profile, token, url, way, signal)
}

function unasked({ code, description }: Pick<Unanswered, 'code' | 'description'>): Unanswered {
  return { kind: 'failed', class: 'server_settings', code, description, status: null, retry_after: null }
}

function foundOf(server: Probed, called: Called, token: Extract<FreshToken, { kind: 'token' }>): Found {
  const { kind, status } = called
  if (kind === 'taken') return { works: true, status, isProof: token.warning === undefined }
  return {
    works: false,
    status,
    problem: {
      class: kind === 'failed' && called.class === 'transient' ? 'transient' : 'server_settings',
      code: PROBE_FAILED,
      description: `the probe (${server.probe}) failed: ${reasonOf(server, called)}`,
      retryAfter: kind === 'failed' ? called.retry_after : null,
    },
  }
}

function reasonOf(server: Probed, called: Exclude<Called, { kind: 'taken' }>): string {
  if (called.kind === 'failed' && called.status === null) return `${called.description} (${called.code})`
  if (called.kind === 'expired' && server.probe === 'introspection') return 'the token is not active'
  return `it was answered with status ${called.status}`
}

/**
 * What the token endpoint says of our credentials stands until it says otherwise, or introspection took them: a token
 * that it gave before proves nothing against it.
 */
async function noteWorking(context: OutboundContext, server: Probed): Promise<void> {
  const state = (await findServerStates(context.db.sql, [server.id])).get(server.id)
  const isOfTokens = state?.status === 'error' && state.last_error?.code !== PROBE_FAILED
  if (!isOfTokens || server.probe === 'introspection') await noteSuccess(context, server)
}

async function noteFailing({ db, engine }: OutboundContext, server: Probed, problem: Problem): Promise<void> {
  const rest = restAfter(problem)
  if (rest !== undefined) engine.rest(server.id, rest * 1000)
  const status = serverStatusAfter(problem, true)
  if (status === undefined) return
  await noteServerState(db, server, { status, last_error: lastErrorOf(problem, nowSeconds()) })
}
