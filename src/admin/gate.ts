/**
 * Who may. A bearer token of realm `system` with the management API as its audience, or where there is none the console's
 * session; the effective right is the scope of either, narrowed to the roles that the caller holds in the database now. Whatever is
 * not allowed here is refused. Realm `system` belongs to `admin` and `viewer` alone: whoever could write there could
 * give himself any role, so no `realm-admin:…` reaches it.
 */
import type { Operation } from '#contract/operation.ts'
import { managementApiUrl } from '#http/doors.ts'
import type { Request } from '#http/message.ts'
import { authenticateBearer } from '#issuer/bearer.ts'
import { insufficientScope } from '#issuer/refusals.ts'
import type { Actor } from '#store/audit.ts'
import { findRealm, type Realm } from '#store/realms.ts'
import type { User } from '#store/users.ts'
import { currentConsole, requireOwnPage } from './console-session.ts'
import type { AdminContext } from './context.ts'
import { forbidden, notFound } from './problem.ts'

export const systemRealm = 'system'
export const writeScope = 'sallyport_api'
export const readScope = 'sallyport_api.read_only'
export const adminRole = 'admin'
export const viewerRole = 'viewer'
/** The role that administers one realm. */
const realmRole = /^realm-(admin|viewer):([a-z0-9-]{1,63})$/

type Right = Operation['right']

export interface Administrator {
  readonly kind: 'user' | 'client'
  /** Users: the `sub`. Clients: the internal id. */
  readonly id: string
  readonly name: string
  /** As they are now. */
  readonly roles: readonly string[]
  /** When the token or the session ends if nothing is done; seconds since 1970. */
  readonly expiresAt: number
  /** Of the console's session: what a call that changes something has to show. */
  readonly csrfToken?: string
}

/** The caller, if its token or session and the scope allow operations of this right. Refuses with 401 or 403. */
export async function authenticateAdministrator(
  context: AdminContext,
  system: Realm,
  request: Request,
  right: Right,
): Promise<Administrator> {
  const { administrator, scopes } = await authenticate(context, system, request)
  const isEnough = scopes.has(writeScope) || (right === 'read' && scopes.has(readScope))
  if (!isEnough) throw insufficientScope(right === 'read' ? readScope : writeScope)
  if (!administrator.roles.some(isAdministrative)) throw forbidden({ caller: administrator.name })
  return administrator
}

interface Authenticated {
  readonly administrator: Administrator
  readonly scopes: ReadonlySet<string>
}

/** Where an Authorization header is present it alone counts, right or wrong. */
async function authenticate(context: AdminContext, system: Realm, request: Request): Promise<Authenticated> {
  const hasHeader = request.headers['authorization'] !== undefined
  const console = hasHeader ? undefined : await currentConsole(context, system, request)
  if (console) {
    requireOwnPage(context, request, console)
    const { user, grant, csrfToken, expiresAt } = console
    const administrator = { ...administratorOf(user), csrfToken, expiresAt }
    return { administrator, scopes: new Set(grant.scope.split(' ')) }
  }
  const audience = managementApiUrl(context.publicUrl)
  const token = await authenticateBearer(context, system, request, { audience, scope: writeScope })
  const { user, client, claims, scopes } = token
  const expiresAt = claims.exp
  if (user) return { administrator: { ...administratorOf(user), expiresAt }, scopes }
  return {
    administrator: { kind: 'client', id: client.id, name: client.client_id, roles: client.roles, expiresAt },
    scopes,
  }
}

function administratorOf(user: User): Omit<Administrator, 'expiresAt'> {
  return { kind: 'user', id: user.id, name: user.username, roles: user.roles }
}

export async function systemOf(context: AdminContext): Promise<Realm> {
  const system = await findRealm(context.db, systemRealm)
  if (!system) throw new Error('the realm system is missing: was the first start interrupted?')
  return system
}

/** Whether a role of `system` gives any right here. */
export function isAdministrative(role: string): boolean {
  return role === adminRole || role === viewerRole || realmRole.test(role)
}

/** What the caller may do in that realm, by its current roles. */
export function rightIn(administrator: Administrator, realmName: string): Right | undefined {
  const { roles } = administrator
  if (roles.includes(adminRole)) return 'write'
  const isOwn = realmName !== systemRealm
  if (isOwn && roles.includes(`realm-admin:${realmName}`)) return 'write'
  if (roles.includes(viewerRole) || (isOwn && roles.includes(`realm-viewer:${realmName}`))) return 'read'
  return undefined
}

/** The realms whose existence the caller may know of; undefined: all. */
export function visibleRealms(administrator: Administrator): readonly string[] | undefined {
  const { roles } = administrator
  if (roles.includes(adminRole) || roles.includes(viewerRole)) return undefined
  return roles.flatMap((role) => realmRole.exec(role)?.[2] ?? []).filter((name) => name !== systemRealm)
}

/** Whole-installation operations: reading is narrowed by the handler to what is visible, writing is for `admin`. */
export function allowPlatform(administrator: Administrator, right: Right): void {
  if (right === 'write' && !administrator.roles.includes(adminRole)) throw forbidden({ caller: administrator.name })
}

/** The realm if the caller may do that there. A realm that the caller may not read looks like one that is not there. */
export async function reachRealm(
  context: AdminContext,
  administrator: Administrator,
  name: string,
  right: Right,
): Promise<Realm> {
  const held = rightIn(administrator, name)
  const realm = held && (await findRealm(context.db, name))
  if (!realm) throw notFound('realm')
  if (right === 'write' && held !== 'write') throw forbidden({ caller: administrator.name, realm: name })
  return realm
}

export function actorOf(administrator: Administrator, request: Request): Actor {
  const { kind, id, name } = administrator
  return { kind, id, name, address: request.address, request_id: request.id }
}

/** Roles that would hold more than they say, or that nobody could use: `realm-…:system` and those of no realm. */
export function isRealmRole(name: string): boolean {
  return name.startsWith('realm-admin:') || name.startsWith('realm-viewer:')
}

/** The realm that a `realm-…:` role is for; undefined: it is no such role, or for `system`. */
export function realmOfRole(name: string): string | undefined {
  const realm = realmRole.exec(name)?.[2]
  return realm === systemRealm ? undefined : realm
}
