/**
 * From where clients came last, and what was last refused to them. Owns the rows. Does not own: when they are written
 * (`issuer/client-activity.ts`). Of what several nodes noted the newest stays, whoever writes first.
 */
import { type RawBuilder, sql as raw } from 'kysely'
import { nowSeconds } from '#observe/clock.ts'
import type { ClientContactsTable } from './activity-tables.ts'
import type { Client } from './clients.ts'
import type { Database } from './database.ts'

export type ClientContactRow = Readonly<ClientContactsTable>

/** Rows of one statement. */
const AT_ONCE = 64

/** Each column is taken over from the newer of two rows, as this column of them says. */
const newerBy: Readonly<Record<Exclude<keyof ClientContactsTable, 'client_id'>, 'address_at' | 'error_at'>> = {
  address: 'address_at',
  address_at: 'address_at',
  error: 'error_at',
  error_description: 'error_at',
  error_address: 'error_at',
  error_at: 'error_at',
}

function newer([column, time]: readonly [string, string]): RawBuilder<unknown> {
  const [now, before] = [raw.ref(`excluded.${time}`), raw.ref(`client_contacts.${time}`)]
  const [mine, theirs] = [raw.ref(`excluded.${column}`), raw.ref(`client_contacts.${column}`)]
  return raw`${raw.ref(column)} = case when coalesce(${now}, -1) >= coalesce(${before}, 0) then ${mine} else ${theirs} end`
}

/** Writing the same again changes nothing. Rows come in one order, so that nodes never wait for each other in a circle. */
export async function writeClientContacts(db: Database, rows: readonly ClientContactRow[]): Promise<void> {
  const ordered = rows.toSorted((a, b) => (a.client_id < b.client_id ? -1 : 1))
  for (let at = 0; at < ordered.length; at += AT_ONCE) {
    await db.sql
      .insertInto('client_contacts')
      .values(ordered.slice(at, at + AT_ONCE))
      .modifyEnd(raw`on conflict (client_id) do update set ${raw.join(Object.entries(newerBy).map(newer))}`)
      .execute()
  }
}

export interface ClientContact {
  readonly last_address: string | null
  readonly last_error: string | null
  readonly last_error_description: string | null
  readonly last_error_address: string | null
  readonly last_error_at: number | null
  /** When the first of its live secrets ends. */
  readonly secret_expires_at: number | null
}

/** What these clients are told by, by clients.id. */
export async function findClientContacts(
  db: Database,
  clients: readonly Client[],
): Promise<(client: Client) => ClientContact> {
  const ids = clients.map(({ id }) => id)
  const rows =
    ids.length === 0
      ? []
      : await db.sql.selectFrom('client_contacts').selectAll().where('client_id', 'in', ids).execute()
  const byClient = new Map(rows.map((row) => [row.client_id, row]))
  const now = nowSeconds()
  return (client) => {
    const row = byClient.get(client.id)
    const ends = client.secrets.flatMap(({ expires_at }) => (expires_at !== null && expires_at > now ? expires_at : []))
    return {
      last_address: row?.address ?? null,
      last_error: row?.error ?? null,
      last_error_description: row?.error_description ?? null,
      last_error_address: row?.error_address ?? null,
      last_error_at: row?.error_at ?? null,
      secret_expires_at: ends.length === 0 ? null : Math.min(...ends),
    }
  }
}
