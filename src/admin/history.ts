/**
 * What was done to one object, and the way back. Owns: which fields of the audit's documents are the object's writable
 * ones, and that going back is a change like any other: judged by today's rules, with the caller's rights of now. Does
 * not own: which nouns have one (`history-nouns.ts`, `history-outbound.ts`), the changes themselves (each noun's handler)
 * and what is written down (`store/audit.ts`). Secrets, keys and passwords are in no version, and none of them comes back.
 */
import type * as contract from '#contract/history.ts'
import type { Operation } from '#contract/operation.ts'
import type { AuditRecord } from '#store/audit.ts'
import { type Audited, findVersion, listHistory } from '#store/history.ts'
import type { ListQuery } from '#store/listing.ts'
import { type Call, type Handled, listQueryOf, type Reply } from './call.ts'
import { patchTowards } from './merge-patch.ts'
import { parseDocument } from './parse.ts'
import { conflict, notFound } from './problem.ts'

export type Fields = Readonly<Record<string, unknown>>

/** One object whose history is asked for. */
export interface Subject {
  readonly id: string
  /** Its writable fields as they are. */
  readonly current: Fields
  /** The same of what an audit entry holds of it: the object as it was, as JSON. */
  fieldsOf(document: object): Fields | Promise<Fields>
  /** What an entry of another action tells; left out: all that it holds. */
  partOf?(document: object): Fields
  /** Refuses where a document names what is gone and `fieldsOf` leaves out. */
  requireWhole?(document: object): void | Promise<void>
}

export interface Noun<O extends Operation> {
  readonly kind: string
  readonly operations: { readonly show: Operation; readonly revert: Operation }
  readonly update: O
  find(call: Call<Operation>, params: Call<O>['params']): Promise<Subject>
  change(call: Call<O>, revertedTo: string): Promise<Reply<unknown>>
}

/** They are what somebody proves themselves with, or say that it must be renewed. */
const neverReverted: ReadonlySet<string> = new Set(['jwks', 'jwks_uri', 'must_change_password'])

export function historyOf<O extends Operation>(noun: Noun<O>): Handled[] {
  const { kind, operations, update } = noun
  const objectOf = ({ id }: Subject): Audited => ({ object_kind: kind, object_id: id })
  const show = async (call: Call<Operation>) => {
    const query = call.query as Parameters<typeof listQueryOf>[0]
    const subject = await noun.find(call, call.params as Call<O>['params'])
    const asked: ListQuery = listQueryOf(query)
    const found = await listHistory(call.context.db, objectOf(subject), asked)
    const items = await Promise.all(found.items.map((record) => shown(record, kind, subject)))
    return { value: { items, total: found.total, page: query.page, page_size: query.page_size } }
  }
  const revert = async (call: Call<Operation>) => {
    const { version, ...rest } = call.params as { readonly version: string }
    const params = parseDocument(update.params, rest) as Call<O>['params']
    const subject = await noun.find(call, params)
    const record = await findVersion(call.context.db, objectOf(subject), version)
    if (!record) throw notFound('version')
    const body = parseDocument(update.body, await patchOf(record, kind, subject)) as Call<O>['body']
    return await noun.change({ ...call, params, query: {} as Call<O>['query'], body }, version)
  }
  return [
    { operation: operations.show, run: show },
    { operation: operations.revert, run: revert },
  ]
}

const tellingVerbs: ReadonlySet<string> = new Set([
  'create',
  'update',
  'update_with_password',
  'delete',
  'restore',
  'revert',
])

/** Whether its documents are the object as it was; those of other actions tell of something else. */
function isWhole({ action }: AuditRecord, kind: string): boolean {
  const [, verb = ''] = action.split('.')
  return tellingVerbs.has(verb) && action === `${kind}.${verb}`
}

async function shown(record: AuditRecord, kind: string, subject: Subject): Promise<contract.HistoryEntry> {
  const { id: version, at_ms, action, actor_kind, actor_name, address, request_id } = record
  const told = async (document: unknown) => {
    if (typeof document !== 'object' || document === null) return null
    if (isWhole(record, kind)) return { ...(await subject.fieldsOf(document)) }
    return { ...(subject.partOf?.(document) ?? document) }
  }
  const { reverted_to = null } = (record.after ?? {}) as { reverted_to?: string | null }
  const who = { actor_kind, actor_name, address, request_id }
  const [before, after] = [await told(record.before), await told(record.after)]
  return { version, at_ms, action, ...who, before, after, reverted_to }
}

/** The merge patch that leads back to that version. */
async function patchOf(record: AuditRecord, kind: string, subject: Subject): Promise<Record<string, unknown>> {
  const document = record.after ?? record.before
  if (!isWhole(record, kind) || typeof document !== 'object' || document === null) {
    throw conflict('this version tells of no fields that could come back')
  }
  await subject.requireWhole?.(document)
  const fields = Object.entries(await subject.fieldsOf(document)).filter(([name]) => !neverReverted.has(name))
  return patchTowards(subject.current, Object.fromEntries(fields))
}
