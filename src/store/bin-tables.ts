/** The recycle bin: what was deleted, and what hung on it. */
import type { Json } from './tables.ts'

export interface DeletedObjectsTable {
  id: string
  /** Whose administrators see it: a realm lies in the bin of `system`. */
  realm_id: string
  kind:
    | 'client'
    | 'user'
    | 'role'
    | 'scope'
    | 'api'
    | 'realm'
    | 'environment'
    | 'application'
    | 'category'
    | 'oauth_server'
    | 'connector'
    | 'profile'
  object_id: string
  name: string
  /** The row itself where deleting took it away. */
  contents: Json
  /** Name of the actor. */
  deleted_by: string
  deleted_at: number
}

export interface DeletedLinksTable {
  /** deleted_objects.id */
  deleted_id: string
  kind: 'user_role' | 'client_role' | 'client_scope'
  /** users.id or clients.id */
  holder_id: string
  /** roles.id, or the name of the scope. */
  target: string
}

export interface BinTables {
  deleted_objects: DeletedObjectsTable
  deleted_links: DeletedLinksTable
}
