import type { Client } from '#store/clients.ts'
import type { Sql } from '#store/database.ts'
import type { Realm } from '#store/realms.ts'
import type { User } from '#store/users.ts'

/** What a grant proved. Only `issue.ts` turns it into tokens, so that no grant can mint by itself. */
export interface Authorization {
  readonly realm: Realm
  readonly client: Client
  /** For the metric: the `grant_type`. */
  readonly grantType: string
  readonly scopes: readonly string[]
  readonly audience: readonly string[]
  /** Absent: nobody but the client is in it. */
  readonly person?: Person
  /** Spends what the grant rests on, in the transaction that stores what is issued; false: somebody was faster. */
  readonly spend?: (sql: Sql, issued: Issued) => Promise<boolean>
}

export interface Person {
  readonly user: User
  readonly grantId: string
  readonly sessionId: string | null
  readonly authTime: number
  readonly amr: readonly string[]
  /** Copied to the ID token (OpenID Connect Core §3.1.2.1). */
  readonly nonce: string | null
  /** Claims that the request wants in the ID token itself (OpenID Connect Core §5.5). */
  readonly idTokenClaims: readonly string[]
  /** When the family of refresh tokens ends, whatever its use. */
  readonly grantExpiresAt: number
}

/** What a mint made, before it is stored or answered. */
export interface Issued {
  readonly answer: TokenAnswer
  readonly refreshTokenHash: string | undefined
}

/** RFC 6749 §5.1, OpenID Connect Core §3.1.3.3. */
export interface TokenAnswer {
  readonly access_token: string
  readonly token_type: 'Bearer'
  readonly expires_in: number
  readonly scope?: string
  readonly refresh_token?: string
  readonly id_token?: string
}
