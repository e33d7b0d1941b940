/** What is worth a look in the OAuth servers of a realm: secrets that end, servers that do not work, risky settings. */
import type { Finding } from '#contract/health.ts'
import { SOON_SECONDS } from '#outbound/ending-secrets.ts'
import { PROBE_FAILED } from '#outbound/states.ts'
import { countFrozen } from '#store/connection-changes.ts'
import { findServerStates, listOAuthServers, type OAuthServer, type ServerState } from '#store/oauth-servers.ts'
import type { Realm } from '#store/realms.ts'
import type { AdminContext } from './context.ts'

/** More than these no answer looks at. */
const mostServers = 1000

interface Case {
  readonly server: OAuthServer
  readonly state: ServerState | undefined
  /** How many of its connections are frozen. */
  readonly frozen: number
  /** Epoch seconds. */
  readonly now: number
}

type Spoken = Pick<Finding, 'rule' | 'severity' | 'reason'>

const rules: readonly ((about: Case) => Spoken | undefined)[] = [
  ({ server: { secret_expires_at: end }, now }) => {
    if (end === null || end > now + SOON_SECONDS) return undefined
    const day = new Date(end * 1000).toISOString().slice(0, 10)
    return end <= now
      ? { rule: 'server_secret_expired', severity: 'error', reason: `Its secret ended on ${day}.` }
      : { rule: 'server_secret_expiring', severity: 'warning', reason: `Its secret ends on ${day}.` }
  },
  ({ state }) => {
    if (state?.status !== 'error') return undefined
    const what = state.last_error?.code === PROBE_FAILED ? 'Its probe fails' : 'No token can be had'
    return { rule: 'server_error', severity: 'error', reason: `${what}: ${state.last_error?.advice ?? ''}` }
  },
  ({ state }) =>
    // One that was never authorized may be for people alone, who connect for themselves.
    state?.status === 'needs_authorization' && state.last_error
      ? { rule: 'server_needs_authorization', severity: 'error', reason: 'Its grant has ended: authorize it again.' }
      : undefined,
  ({ frozen }) =>
    frozen > 0
      ? {
          rule: 'server_connections_frozen',
          severity: 'error',
          reason: `${frozen === 1 ? '1 connection is' : `${frozen} connections are`} frozen since the database was restored or copied: release them.`,
        }
      : undefined,
  ({ state }) =>
    state?.status === 'degraded'
      ? { rule: 'server_degraded', severity: 'warning', reason: 'It answers badly; what is held is used meanwhile.' }
      : undefined,
  ({ server }) =>
    server.token_endpoint.startsWith('http:')
      ? { rule: 'server_plain_http', severity: 'warning', reason: 'Secrets and tokens go over plain http.' }
      : undefined,
  ({ server }) =>
    server.grant_type === 'password'
      ? { rule: 'server_password', severity: 'warning', reason: 'It signs in with a person’s password (RFC 9700 2.4).' }
      : undefined,
  ({ server }) =>
    server.allowed_clients.length === 0
      ? { rule: 'server_for_nobody', severity: 'info', reason: 'No client may use it yet.' }
      : undefined,
]

/** Of a server that is disabled nothing is said. */
export function judgeServerHealth(about: Case): Finding[] {
  const { slug, name, disabled_at } = about.server
  if (disabled_at !== null) return []
  const object = { object_kind: 'oauth_server', object_id: slug, object_name: name, fix: null } as const
  return rules.flatMap((rule) => {
    const spoken = rule(about)
    return spoken ? [{ ...spoken, ...object }] : []
  })
}

/** Of all servers of the realm; where this installation may be a copy, that too. */
export async function findServerHealth(context: AdminContext, realm: Realm, now: number): Promise<Finding[]> {
  const { db, engine } = context
  const { items } = await listOAuthServers(db, realm.id, { filters: {}, page: 1, page_size: mostServers })
  const ids = items.map((server) => server.id)
  const [states, frozen] = await Promise.all([findServerStates(db.sql, ids), countFrozen(db, realm.id)])
  const findings = items.flatMap((server) => {
    const { id } = server
    return judgeServerHealth({ server, state: states.get(id), frozen: frozen.get(id) ?? 0, now })
  })
  const copied = items.length === 0 ? undefined : await engine.guard.refusal()
  return copied === undefined ? findings : [...findings, copy(realm, copied)]
}

function copy({ name, display_name }: Realm, why: string): Finding {
  const reason = `No refresh token is spent: ${why}. Where this is the real installation, say so with "sallyport instance adopt".`
  const object = { object_kind: 'realm', object_id: name, object_name: display_name } as const
  return { rule: 'instance_is_a_copy', severity: 'error', reason, fix: null, ...object }
}
