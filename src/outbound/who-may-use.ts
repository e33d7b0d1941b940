/** Which clients may use an OAuth server: those that it names, as far as its category lets them. */
import { realmCategories } from '#store/categories.ts'
import type { Database } from '#store/database.ts'
import type { OAuthServer } from '#store/oauth-servers.ts'

/** `clientRowId`: clients.id. */
export async function mayUse(
  db: Database,
  server: Pick<OAuthServer, 'realm_id' | 'category_id' | 'allowed_clients'>,
  clientRowId: string,
): Promise<boolean> {
  if (!names(server.allowed_clients, clientRowId)) return false
  if (server.category_id === null) return true
  const category = (await realmCategories(db, server.realm_id)).get(server.category_id)
  return category !== undefined && (category.allowed_clients === null || names(category.allowed_clients, clientRowId))
}

function names(allowed: readonly string[], clientRowId: string): boolean {
  return allowed.includes('*') || allowed.includes(clientRowId)
}
