/** The paths of a façade name no realm, so one realm at a time owns them. */
import type { Sql } from './database.ts'

/** Another realm answers at these paths. */
export class FacadeTaken extends Error {
  readonly facade: string

  constructor(facade: string) {
    super(`another realm has the facade ${facade}`)
    this.name = 'FacadeTaken'
    this.facade = facade
  }
}

/** Inside a transaction: these and no others are the realm's. Throws `FacadeTaken`. */
export async function claimFacades(sql: Sql, realmId: string, facades: readonly string[]): Promise<void> {
  await sql.deleteFrom('facade_owners').where('realm_id', '=', realmId).execute()
  for (const facade of facades.toSorted()) {
    // Of two realms at the same moment the second waits here and then finds no room.
    const claimed = await sql
      .insertInto('facade_owners')
      .values({ facade, realm_id: realmId })
      .onConflict((conflict) => conflict.column('facade').doNothing())
      .returning('facade')
      .executeTakeFirst()
    if (!claimed) throw new FacadeTaken(facade)
  }
}
