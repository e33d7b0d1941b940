/**
 * A realm as one document: exported, planned, applied. Owns: that a document is applied whole or not at all, and only to
 * the realm that was planned for. Does not own: what may be changed and by whom; each change is the operation that an
 * administrator would have called, with its rules and its audit entry. People are not configuration, and nor is what is
 * built in (decisions/0016-configuration-as-code.md).
 */
import * as contract from '#contract/configuration.ts'
import type { Operation } from '#contract/operation.ts'
import { sha256Base64url } from '#crypto/hash.ts'
import { ClientActivity } from '#issuer/client-activity.ts'
import { createLog } from '#observe/log.ts'
import { writeAudit } from '#store/audit.ts'
import { type Database, inOneTransaction } from '#store/database.ts'
import { type Call, type Handled, handle } from '../call.ts'
import { conflict } from '../problem.ts'
import { contentsOf, documentOf } from './realm-document.ts'
import { changesBetween, type Generated, keptBy, type Named, reconcile, requireSettled } from './reconcile.ts'
import { type Prepared, prepareSecrets } from './secrets.ts'
import type { Scene } from './section.ts'
import { sections } from './sections.ts'
import { readWanted, type Wanted } from './wanted.ts'

const silent = createLog('silent')

interface Outcome {
  readonly changes: contract.ConfigurationChange[]
  readonly kept: Named[]
  readonly fingerprint: string
  readonly generated: readonly Generated[]
}

/** Thrown to undo what a plan did. */
class Undone extends Error {
  readonly outcome: Outcome

  constructor(outcome: Outcome) {
    super('a plan was undone')
    this.outcome = outcome
  }
}

export const configurationHandlers: readonly Handled[] = [
  handle(contract.exportConfiguration, async (call) => {
    return { value: { yaml: documentOf(call, await contentsOf(call)) } }
  }),

  handle(contract.planConfiguration, async (call) => {
    const { changes, kept, fingerprint } = await planned(call, call.body)
    return { value: { changes, kept, fingerprint } }
  }),

  handle(contract.applyConfiguration, async (call) => {
    const wanted = readWanted(call, call.body.yaml)
    const prepared = await prepareSecrets(call, wanted, call.body.secrets ?? {}, false)
    const { changes, kept, generated } = await unlessUndone(
      inOneTransaction(call.context.db, async (db) => {
        const outcome = await work(within(call, db, prepared), wanted, prepared, call.body)
        // Nothing to do leaves no trace: neither an entry in the audit nor a reason for others to forget what they hold.
        if (outcome.changes.length === 0) throw new Undone(outcome)
        await writeAudit(db.sql, {
          realm_id: call.realm.id,
          actor: call.actor,
          action: 'configuration.apply',
          object_kind: 'realm',
          object_id: call.realm.id,
          object_name: call.realm.name,
          after: { changes: outcome.changes.length, pruned: call.body.prune === true },
        })
        return outcome
      }),
    )
    await finished(call, changes)
    return { value: { changes, kept, secrets: [...generated] } }
  }),
]

/** What may take its time, and fail: the document is applied by now. */
async function finished(call: Call<Operation>, changes: readonly contract.ConfigurationChange[]): Promise<void> {
  const done = changes.filter(({ action }) => action !== 'delete')
  await Promise.allSettled(
    done.map(async ({ kind, name }) => await sections.find((each) => each.kind === kind)?.afterwards?.(call, name)),
  )
}

interface Asked {
  readonly yaml: string
  readonly prune?: boolean | undefined
  readonly secrets?: Readonly<Record<string, string>> | undefined
  readonly fingerprint?: string | undefined
}

async function planned(call: Call<Operation>, asked: Asked): Promise<Outcome> {
  const wanted = readWanted(call, asked.yaml)
  const prepared = await prepareSecrets(call, wanted, asked.secrets ?? {}, true)
  return await unlessUndone(
    inOneTransaction(call.context.db, async (db) => {
      throw new Undone(await work(within(call, db, prepared), wanted, prepared, asked))
    }),
  )
}

async function unlessUndone(outcome: Promise<Outcome>): Promise<Outcome> {
  try {
    return await outcome
  } catch (error) {
    if (error instanceof Undone) return error.outcome
    throw error
  }
}

async function work(scene: Scene, wanted: Wanted, prepared: Prepared, asked: Asked): Promise<Outcome> {
  const before = await contentsOf(scene)
  const isPruned = asked.prune === true
  const seen = [scene.realm.id, documentOf(scene, before), asked.yaml, isPruned]
  const fingerprint = sha256Base64url(JSON.stringify(seen))
  if (asked.fingerprint !== undefined && asked.fingerprint !== fingerprint) {
    throw conflict('the realm, or the document, is not what it was when this was planned; plan again')
  }
  const generated = await reconcile(scene, wanted, prepared, isPruned)
  const after = await contentsOf(scene)
  requireSettled(wanted, after)
  return {
    changes: changesBetween(before, after, wanted, prepared),
    kept: [...keptBy(wanted, after)],
    fingerprint,
    generated,
  }
}

/** The call with everything that would wait for others outside the transaction taken out of it. */
function within(call: Call<Operation>, db: Database, { hasher }: Prepared): Scene {
  const { administrator, actor, request, realm } = call
  const { 'if-match': _, ...headers } = request.headers
  const context = { ...call.context, db, clientSecrets: hasher, activity: new ClientActivity(db, silent) }
  return { context, administrator, actor, request: { ...request, headers }, realm }
}
