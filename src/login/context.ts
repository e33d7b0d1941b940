import type { PasswordHasher } from '#crypto/password.ts'
import type { Metrics } from '#observe/metrics.ts'
import type { Database } from '#store/database.ts'
import type { Events } from '#store/events.ts'
import type { Gate } from './gate.ts'
import type { Pace } from './throttle.ts'

/** What the hall needs to work; made once by the composition root and handed to every door. */
export interface LoginContext {
  /** Without a trailing slash. */
  readonly publicUrl: string
  readonly db: Database
  /** For people; clients have a queue of their own. */
  readonly userPasswords: PasswordHasher
  readonly metrics: Metrics
  /** One for every door where a password is shown: a flood at one slows the others. */
  readonly pace: Pace
  readonly gate: Gate
  /** Where every door notes what happened there; nothing waits for it. */
  readonly events: Events
}
