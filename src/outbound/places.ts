/** Where the sealed values of a connection live: bound to realm, row and kind, so that none opens in another's place. */
import type { SealContext } from '#crypto/seal.ts'
import type { ConnectionRow } from '#store/connections.ts'
import type { Layers } from './layers.ts'

/** The previous refresh token is sealed like the current one: it may come to stand in its place. */
type ConnectionSecret = 'access_token' | 'refresh_token' | 'id_token' | 'kept'

export function connectionPlace(row: Pick<ConnectionRow, 'id' | 'realm_id'>, field: ConnectionSecret): SealContext {
  return { realm: row.realm_id, table: 'connections', row: row.id, field }
}

export function answerPlace(realmId: string, connectionId: string, answerId: string): SealContext {
  return { realm: realmId, table: 'refresh_answers', row: `${connectionId} ${answerId}`, field: 'answer' }
}

/** The override layers that a connection is for. */
export function layersOf(row: Pick<ConnectionRow, 'environment' | 'application'>): Layers {
  return { environment_id: row.environment || null, application_id: row.application || null }
}
