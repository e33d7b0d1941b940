/** Signing keys: shown, and brought into use early. How they are made and when they rotate is the issuer's. */
import * as contract from '#contract/signing-key.ts'
import { rotateSigningKeys } from '#issuer/signing-keys.ts'
import { nowSeconds } from '#observe/clock.ts'
import type { Realm } from '#store/realms.ts'
import { loadSigningKeys, type SigningKeyRow } from '#store/signing-keys.ts'
import { type Handled, handle, wholePage } from './call.ts'
import type { AdminContext } from './context.ts'

async function keysOf(context: AdminContext, realm: Realm) {
  const rows = await loadSigningKeys(context.db.sql, realm.id)
  const now = nowSeconds()
  return wholePage(rows.map((row) => shown(row, stateOf(row, rows, now))))
}

function shown(row: SigningKeyRow, state: contract.SigningKey['state']): contract.SigningKey {
  const { id, alg, created_at, active_at, retired_at, removed_at, public_jwk } = row
  return { kid: id, alg, state, created_at, active_at, retired_at, removed_at, public_jwk: { ...public_jwk } }
}

/** The youngest active key of an algorithm signs; the one before it waits to be retired. */
function stateOf(row: SigningKeyRow, rows: readonly SigningKeyRow[], now: number): contract.SigningKey['state'] {
  if (row.retired_at !== null) return 'retired'
  if (row.active_at > now) return 'next'
  const younger = rows.some(
    (other) =>
      other.alg === row.alg && other.retired_at === null && other.active_at <= now && other.active_at > row.active_at,
  )
  return younger ? 'retired' : 'current'
}

export const signingKeyHandlers: readonly Handled[] = [
  handle(contract.listKeys, async ({ context, realm }) => ({ value: await keysOf(context, realm) })),

  handle(contract.rotateKeys, async ({ context, actor, realm, body }) => {
    const emergency = body.emergency ?? false
    await rotateSigningKeys(context, realm, { emergency, actor })
    return { value: await keysOf(context, realm) }
  }),
]
