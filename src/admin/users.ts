/** Users: what may be set of them. Passwords come in, are hashed, and never go out. */
import * as contract from '#contract/user.ts'
import { findPasswordProblem, type PasswordProblem, shortestPassword } from '#login/password-rules.ts'
import type { Realm } from '#store/realms.ts'
import { createUser, deleteUser, type UserChanges, type UserFields, updateUser } from '#store/user-changes.ts'
import { findUser, listUsers, type User } from '#store/users.ts'
import { ensureRealmRoles } from './administrative-roles.ts'
import { type Call, type Handled, handle, listQueryOf, totalsOf } from './call.ts'
import type { AdminContext } from './context.ts'
import { etagOf, requireMatch } from './etag.ts'
import { type Administrator, adminRole } from './gate.ts'
import { mergePatch } from './merge-patch.ts'
import { parseDocument } from './parse.ts'
import { conflict, invalidField, notFound, taken } from './problem.ts'

export function writableOf(user: User) {
  const { username, name, given_name, family_name, email, email_verified, phone_number, address, locale } = user
  const { enabled, must_change_password, roles } = user
  const profile = { username, name, given_name, family_name, email, email_verified, phone_number, address, locale }
  return { ...profile, enabled, must_change_password, roles: [...roles] }
}

function shown(user: User): contract.User {
  const { id, created_at, updated_at } = user
  return { id, ...writableOf(user), created_at, updated_at }
}

/** A parsed document with every default in its place. */
function fieldsOf(document: contract.UserDocument): UserFields {
  return {
    username: document.username,
    name: document.name ?? null,
    given_name: document.given_name ?? null,
    family_name: document.family_name ?? null,
    email: document.email ?? null,
    email_verified: document.email_verified ?? false,
    phone_number: document.phone_number ?? null,
    address: addressOf(document.address),
    locale: document.locale ?? null,
    enabled: document.enabled ?? true,
    must_change_password: document.must_change_password ?? false,
    roles: document.roles ?? [],
  }
}

function addressOf(address: contract.UserDocument['address']): Readonly<Record<string, string>> | null {
  const members = Object.entries(address ?? {}).filter((member): member is [string, string] => member[1] !== undefined)
  return members.length === 0 ? null : Object.fromEntries(members)
}

export async function userOfPath(context: AdminContext, realm: Realm, id: string): Promise<User> {
  const user = await findUser(context.db, realm.id, id)
  if (!user) throw notFound('user')
  return user
}

/** The hash of a new password; refuses what nobody should be let in with. */
async function hashed(
  context: AdminContext,
  realm: Realm,
  user: Pick<User, 'username' | 'name' | 'email'>,
  password: string | undefined,
): Promise<string | undefined> {
  if (password === undefined) return undefined
  const problem = findPasswordProblem(password, { user, realm })
  if (problem) throw invalidField('password', passwordProblems[problem])
  return await context.userPasswords.hash(password)
}

const passwordProblems: Readonly<Record<PasswordProblem, string>> = {
  short: `must have at least ${shortestPassword} characters`,
  long: 'is too long',
  name: 'must not be a name of the user or the realm',
}

/** An administrator who ends his own right could leave nobody who has it. */
function refuseSelfHarm(administrator: Administrator, user: User, next?: UserFields): void {
  if (administrator.kind !== 'user' || administrator.id !== user.id) return
  if (!next?.enabled || !next.roles.includes(adminRole)) {
    throw conflict('administrators can neither delete nor disable themselves, nor give up their role')
  }
}

export const userHandlers: readonly Handled[] = [
  handle(contract.listUsers, async ({ context, realm, query }) => {
    const found = await listUsers(context.db, realm.id, listQueryOf(query))
    return {
      value: { items: found.items.map(shown), ...totalsOf(found), page: query.page, page_size: query.page_size },
    }
  }),

  handle(contract.createUser, async ({ context, actor, realm, body }) => {
    const { password, ...document } = body
    const fields = fieldsOf(document)
    await ensureRealmRoles(context, actor, realm, fields.roles)
    const hash = await hashed(context, realm, fields, password)
    const input = hash === undefined ? fields : { ...fields, password_hash: hash }
    const user = await createUser(context.db, actor, realm.id, input)
    if (user === 'taken') throw taken('username')
    return { value: shown(user), etag: etagOf(writableOf(user)), location: `/realms/${realm.name}/users/${user.id}` }
  }),

  handle(contract.readUser, async ({ context, realm, params }) => {
    const user = await userOfPath(context, realm, params.id)
    return { value: shown(user), etag: etagOf(writableOf(user)) }
  }),

  handle(contract.updateUser, (call) => changeUser(call)),

  handle(contract.deleteUser, removeUser),
]

export async function removeUser(call: Call<typeof contract.deleteUser>) {
  const { context, actor, administrator, realm, params, request } = call
  const user = await userOfPath(context, realm, params.id)
  refuseSelfHarm(administrator, user)
  requireMatch(request, writableOf(user))
  if (!(await deleteUser(context.db, actor, realm.id, user.id))) throw notFound('user')
  return { value: undefined }
}

/** `revertedTo`: the version of their history that they go back to. */
export async function changeUser(call: Call<typeof contract.updateUser>, revertedTo?: string) {
  const { context, actor, administrator, realm, params, body, request } = call
  const { password, ...patch } = body
  const seen = await userOfPath(context, realm, params.id)
  await ensureRealmRoles(context, actor, realm, patch.roles ?? [])
  const hash = await hashed(context, realm, patched(seen, patch, false), password)
  const judged = (current: User) => {
    requireMatch(request, writableOf(current))
    const next = patched(current, patch, password !== undefined)
    refuseSelfHarm(administrator, current, next)
    const changes: UserChanges = hash === undefined ? next : { ...next, password_hash: hash }
    return changes
  }
  const user = await updateUser(context.db, actor, realm.id, params.id, judged, revertedTo)
  if (user === undefined) throw notFound('user')
  if (user === 'taken') throw taken('username')
  return { value: shown(user), etag: etagOf(writableOf(user)) }
}

/** A new address is not verified, and a new password is final, unless the same request says otherwise. */
function patched(current: User, patch: Omit<contract.UserPatch, 'password'>, hasNewPassword: boolean): UserFields {
  const document = mergePatch(writableOf(current), patch)
  const next = fieldsOf(parseDocument(contract.userDocument, document))
  const isNewAddress = next.email !== current.email && patch.email_verified === undefined
  return {
    ...next,
    ...(isNewAddress ? { email_verified: false } : {}),
    ...(hasNewPassword && patch.must_change_password === undefined ? { must_change_password: false } : {}),
  }
}
