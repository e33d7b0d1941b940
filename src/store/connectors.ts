/** Connectors: saved calls. They point at their OAuth server by its internal id, so that a slug may change. */
import { randomId } from '#crypto/random.ts'
import { nowSeconds } from '#observe/clock.ts'
import { type Actor, updateEntry, writeAudit } from './audit.ts'
import { type Database, type Sql, transaction } from './database.ts'
import { discard } from './deleted.ts'
import { fold } from './fold.ts'
import { type ListQuery, type ListRules, listPage, type Page } from './listing.ts'
import type { ConnectorsTable } from './outbound-tables.ts'
import { type Taken, takenOr } from './taken.ts'

export interface ConnectorFields {
  readonly name: string
  readonly description: string
  /** oauth_servers.id */
  readonly server_id: string
  readonly connection: 'application' | 'user'
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD'
  /** Below the base URL of the server. */
  readonly path: string
  readonly query: readonly { readonly name: string; readonly value: string }[]
  readonly headers: readonly { readonly name: string; readonly value: string }[]
  readonly body: {
    readonly kind: 'json' | 'form' | 'text' | 'none'
    readonly content: string
    readonly omit_empty: boolean
  }
  readonly timeout_ms: number
  readonly outputs: readonly {
    readonly name: string
    readonly from: 'status' | 'header' | 'body'
    readonly language: 'none' | 'jsonpath' | 'xpath' | 'regex'
    readonly expression: string
  }[]
}

export interface Connector extends ConnectorFields {
  readonly id: string
  readonly realm_id: string
  readonly created_at: number
  readonly updated_at: number
}

export function connectorOf(row: ConnectorsTable): Connector {
  const { name_folded: _folded, settings, ...rest } = row
  const parsed = JSON.parse(settings) as Pick<ConnectorFields, 'query' | 'headers' | 'body' | 'outputs'>
  return { ...rest, method: row.method as ConnectorFields['method'], ...parsed }
}

function columnsOf(fields: ConnectorFields) {
  const { name, description, server_id, connection, method, path, timeout_ms, ...settings } = fields
  const { query, headers, body, outputs } = settings
  return {
    name,
    name_folded: fold(name),
    description,
    server_id,
    connection,
    method,
    path,
    timeout_ms,
    settings: JSON.stringify({ query, headers, body, outputs }),
  } satisfies Partial<ConnectorsTable>
}

export async function findConnector(
  db: Pick<Database, 'sql'>,
  realmId: string,
  name: string,
): Promise<Connector | undefined> {
  const row = await db.sql
    .selectFrom('connectors')
    .selectAll()
    .where('realm_id', '=', realmId)
    .where('name', '=', name)
    .executeTakeFirst()
  return row && connectorOf(row)
}

export function createConnector(
  db: Database,
  actor: Actor,
  realmId: string,
  fields: ConnectorFields,
): Promise<Connector | Taken> {
  const now = nowSeconds()
  const row: ConnectorsTable = {
    ...columnsOf(fields),
    id: randomId(),
    realm_id: realmId,
    created_at: now,
    updated_at: now,
  }
  const connector = connectorOf(row)
  return takenOr(
    transaction(db, async (sql) => {
      await sql.insertInto('connectors').values(row).execute()
      await writeAudit(sql, { ...connectorObject(connector), actor, action: 'connector.create', after: connector })
      return connector
    }),
  )
}

/** `change` sees the connector as it is in the transaction and may throw to refuse. undefined: no such connector. */
export function updateConnector(
  db: Database,
  actor: Actor,
  realmId: string,
  name: string,
  change: (current: Connector) => ConnectorFields,
  revertedTo?: string,
): Promise<Connector | Taken | undefined> {
  return takenOr(
    transaction(db, async (sql) => {
      const before = await lockConnector(sql, realmId, name)
      if (!before) return undefined
      const changed = { ...columnsOf(change(before)), updated_at: nowSeconds() }
      const row = await sql
        .updateTable('connectors')
        .set(changed)
        .where('id', '=', before.id)
        .returningAll()
        .executeTakeFirstOrThrow()
      const after = connectorOf(row)
      const entry = updateEntry('connector', before, after, revertedTo)
      await writeAudit(sql, { ...connectorObject(after), actor, ...entry })
      return after
    }),
  )
}

/** False: no such connector. */
export function deleteConnector(db: Database, actor: Actor, realmId: string, name: string): Promise<boolean> {
  return transaction(db, async (sql) => {
    const before = await lockConnector(sql, realmId, name)
    if (!before) return false
    await sql.deleteFrom('connectors').where('id', '=', before.id).execute()
    const discarded = { realm_id: realmId, kind: 'connector', object_id: before.id, name } as const
    await discard(sql, actor, { ...discarded, contents: before })
    await writeAudit(sql, { ...connectorObject(before), actor, action: 'connector.delete', before })
    return true
  })
}

/** Out of the recycle bin, inside a transaction. `orphan`: its OAuth server is not there. */
export async function restoreConnector(sql: Sql, contents: string) {
  const connector: Connector = { ...(JSON.parse(contents) as Connector), updated_at: nowSeconds() }
  const server = sql.selectFrom('oauth_servers').select('id').where('id', '=', connector.server_id)
  if (!(await server.where('deleted_at', 'is', null).executeTakeFirst())) return 'orphan'
  const { id, realm_id, created_at, updated_at } = connector
  await sql
    .insertInto('connectors')
    .values({ ...columnsOf(connector), id, realm_id, created_at, updated_at })
    .execute()
  return { ...connectorObject(connector), after: connector }
}

/** Reads the row and keeps others from changing it until the transaction ends. */
async function lockConnector(sql: Sql, realmId: string, name: string): Promise<Connector | undefined> {
  const row = await sql
    .updateTable('connectors')
    .set((expression) => ({ updated_at: expression.ref('updated_at') }))
    .where('realm_id', '=', realmId)
    .where('name', '=', name)
    .returningAll()
    .executeTakeFirst()
  return row && connectorOf(row)
}

function connectorObject(connector: Connector) {
  const { id, realm_id, name } = connector
  return { realm_id, object_kind: 'connector', object_id: id, object_name: name }
}

const connectorList: ListRules = {
  fields: {
    name: { kind: 'folded', column: 'connectors.name_folded' },
    description: { kind: 'text', column: 'connectors.description' },
    oauth_server: { kind: 'text', column: 'oauth_servers.slug' },
    connection: { kind: 'text', column: 'connectors.connection' },
    method: { kind: 'text', column: 'connectors.method' },
    path: { kind: 'text', column: 'connectors.path' },
    created_at: { kind: 'number', column: 'connectors.created_at' },
    updated_at: { kind: 'number', column: 'connectors.updated_at' },
  },
  search: ['name', 'path', 'oauth_server'],
  sort: 'name',
  key: 'connectors.id',
}

export async function listConnectors(db: Database, realmId: string, query: ListQuery): Promise<Page<Connector>> {
  const all = db.sql
    .selectFrom('connectors')
    .innerJoin('oauth_servers', 'oauth_servers.id', 'connectors.server_id')
    .selectAll('connectors')
    .where('connectors.realm_id', '=', realmId)
  const page = await listPage(db, all, connectorList, query)
  return { ...page, items: page.items.map(connectorOf) }
}
