/** Health: the rules over one client, and over a realm with all of its clients. What they say is `health-rules.ts`. */
import * as contract from '#contract/health.ts'
import { nowSeconds } from '#observe/clock.ts'
import { type Client, listClients } from '#store/clients.ts'
import { fold } from '#store/fold.ts'
import { findClientFacts, findRealmFacts } from '#store/health.ts'
import type { Realm } from '#store/realms.ts'
import { type Call, type Handled, handle, wholePage } from './call.ts'
import { clientOfPath } from './clients.ts'
import type { AdminContext } from './context.ts'
import { judgeClientHealth, judgeRealmHealth } from './health-rules.ts'
import { findServerHealth } from './oauth-server-health.ts'

const batchSize = 500
/** Clients that one answer looks at: each is read and judged anew. */
const mostClients = 10_000

const lateSeconds = 60

type Finding = contract.Finding

interface Found {
  readonly findings: readonly Finding[]
  readonly isWhole: boolean
}

export const healthHandlers: readonly Handled[] = [
  handle(contract.clientHealth, async ({ context, realm, params }) => {
    const client = await clientOfPath(context, realm, params.client_id)
    await context.activity.flush()
    return { value: wholePage((await judged(context, realm, [client])).toSorted(bySeverity)) }
  }),

  handle(contract.realmHealth, async ({ context, realm, query }) => {
    const { findings, isWhole } = await findAll(context, realm)
    const matching = findings.filter((finding) => isWanted(finding, query)).toSorted(orderOf(query.sort))
    const from = (query.page - 1) * query.page_size
    return {
      value: {
        items: matching.slice(from, from + query.page_size),
        total: matching.length,
        ...(isWhole ? {} : { total_is_lower_bound: true as const }),
        page: query.page,
        page_size: query.page_size,
      },
    }
  }),
]

async function judged(context: AdminContext, realm: Realm, clients: readonly Client[]): Promise<Finding[]> {
  const factsOf = await findClientFacts(context.db, clients)
  const now = nowSeconds()
  return clients.flatMap((client) => judgeClientHealth({ client, facts: factsOf(client), realm, now }))
}

async function findAll(context: AdminContext, realm: Realm): Promise<Found> {
  const { db, activity, legacyUses } = context
  await activity.flush()
  await legacyUses.flush()
  const now = nowSeconds()
  const findings = judgeRealmHealth({ realm, facts: await findRealmFacts(db, realm, now), now })
  findings.push(...(await findServerHealth(context, realm, now)))
  const lately = await db.held.get(`client-health ${realm.id}`, async () => new Lately())
  const ofClients = await lately.get(now, () => findInClients(context, realm))
  return { findings: [...findings, ...ofClients.findings], isWhole: ofClients.isWhole }
}

async function findInClients(context: AdminContext, realm: Realm): Promise<Found> {
  const { db } = context
  const findings: Finding[] = []
  for (let page = 1; page <= mostClients / batchSize; page += 1) {
    const { items } = await listClients(db, realm.id, { filters: {}, sort: 'client_id', page, page_size: batchSize })
    findings.push(...(await judged(context, realm, items)))
    if (items.length < batchSize) return { findings, isWhole: true }
  }
  return { findings, isWhole: false }
}

/**
 * Ten thousand clients are judged in half a second, and every open console asks. So what was found counts until a
 * configuration changes (this is held under its version), and for a minute: what clients do meanwhile shows then.
 */
class Lately {
  #until = 0
  #found: Promise<Found> | undefined

  get(now: number, find: () => Promise<Found>): Promise<Found> {
    if (this.#found === undefined || now >= this.#until) {
      this.#until = now + lateSeconds
      this.#found = find()
      this.#found.catch(() => {
        this.#found = undefined
      })
    }
    return this.#found
  }
}

type Query = Call<typeof contract.realmHealth>['query']

function isWanted(finding: Finding, { severity, rule, object_kind, object_id, search }: Query): boolean {
  if (severity !== undefined && finding.severity !== severity) return false
  const contains = (text: string, part = '') => fold(text).includes(fold(part))
  return (
    contains(finding.rule, rule) &&
    contains(finding.object_kind, object_kind) &&
    contains(finding.object_id, object_id) &&
    [finding.rule, finding.object_id, finding.object_name, finding.reason].some((text) => contains(text, search))
  )
}

type Order = (a: Finding, b: Finding) => number

/** The worst first. */
const bySeverity: Order = (a, b) =>
  contract.severities.indexOf(a.severity) - contract.severities.indexOf(b.severity) || byText('object_id')(a, b)

function byText(field: 'rule' | 'object_id' | 'reason'): Order {
  return (a, b) => (a[field] === b[field] ? 0 : a[field] < b[field] ? -1 : 1)
}

function orderOf(sort: Query['sort']): Order {
  const field = sort?.replace(/^-/, '')
  const order = field === 'rule' || field === 'object_id' || field === 'reason' ? byText(field) : bySeverity
  return sort?.startsWith('-') ? (a, b) => order(b, a) : order
}
