import type { IssuerContext } from '#issuer/context.ts'
import type { Engine } from './engine.ts'
import type { SecretStores } from './secret-stores/stores.ts'

/** What the door out needs to work; made once by the composition root and handed to every door. */
export interface OutboundContext extends IssuerContext {
  readonly engine: Engine
  readonly secretStores: SecretStores
}
