/** Opens the door out over what the issuer has; called once by the composition root. */
import type { IssuerContext } from '#issuer/context.ts'
import type { Log } from '#observe/log.ts'
import type { OutboundContext } from './context.ts'
import { Engine } from './engine.ts'
import { InstanceGuard } from './instance.ts'
import type { SecretStores } from './secret-stores/stores.ts'

export interface OpenOptions {
  readonly log: Log
  readonly dataDir: string
  readonly secretStores: SecretStores
}

export async function openOutbound(
  issuer: IssuerContext,
  { log, dataDir, secretStores }: OpenOptions,
): Promise<OutboundContext> {
  const { db, publicUrl } = issuer
  const guard = await InstanceGuard.open({ db, dataDir, publicUrl }, log)
  return { ...issuer, secretStores, engine: new Engine(db, issuer.seal, log, guard) }
}
