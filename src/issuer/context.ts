import type { PasswordHasher } from '#crypto/password.ts'
import type { Seal } from '#crypto/seal.ts'
import type { Egress } from '#http/egress.ts'
import type { LoginContext } from '#login/context.ts'
import type { LegacyUses } from '#store/legacy-uses.ts'
import type { ClientActivity } from './client-activity.ts'
import type { OwnClient } from './own-client.ts'

/** What the issuer needs to work; made once by the composition root and handed to every door. */
export interface IssuerContext extends LoginContext {
  readonly seal: Seal
  /** For typed client secrets; people have a queue of their own. */
  readonly clientSecrets: PasswordHasher
  /** The only way out: for the keys of clients that registered an address. */
  readonly egress: Egress
  /** What the console's back end proves itself with. */
  readonly ownClient: OwnClient
  /** Where endpoints note what clients did; nothing waits for it. */
  readonly activity: ClientActivity
  /** Who still comes by the older shapes. */
  readonly legacyUses: LegacyUses
}
