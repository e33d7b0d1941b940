/** Who may use something of the door out: client_ids on the wire, internal ids in rows, so that a name inherits nothing. */
import { findClient, findClientById } from '#store/clients.ts'
import type { Realm } from '#store/realms.ts'
import type { AdminContext } from './context.ts'
import { invalidField } from './problem.ts'

const everybody = '*'

/** The internal ids; refuses a client_id that the realm does not have. `*` stands alone. */
export async function idsOfClients(
  { db }: Pick<AdminContext, 'db'>,
  realm: Realm,
  clientIds: readonly string[],
): Promise<readonly string[]> {
  if (clientIds.length === 1 && clientIds[0] === everybody) return clientIds
  const clients = await Promise.all(clientIds.map(async (clientId) => findClient(db, realm.id, clientId)))
  return clients.map((client, index) => {
    if (client) return client.id
    const isEverybody = clientIds[index] === everybody
    throw invalidField(`allowed_clients.${index}`, isEverybody ? '* must stand alone' : 'the realm has no such client')
  })
}

/** Of those that are there still. */
export async function clientIdsOf({ db }: Pick<AdminContext, 'db'>, ids: readonly string[]): Promise<string[]> {
  const clients = await Promise.all(ids.map(async (id) => (id === everybody ? id : findClientById(db, id))))
  return clients.flatMap((client) => (typeof client === 'object' ? client.client_id : (client ?? [])))
}
