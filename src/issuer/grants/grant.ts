import type { Request } from '#http/message.ts'
import type { Client } from '#store/clients.ts'
import type { Realm } from '#store/realms.ts'
import type { IssuerContext } from '../context.ts'
import type { Parameters } from '../parameters.ts'
import type { Authorization, TokenAnswer } from '../tokens/authorization.ts'

/** What a grant is given; the client is authenticated, enabled and registered for this `grant_type`. */
export interface GrantRequest {
  readonly context: IssuerContext
  readonly realm: Realm
  readonly client: Client
  readonly parameters: Parameters
  readonly request: Request
}

/** What a grant found: an authorization to mint for, or the very answer that was lost on its way (refresh replay). */
export type Proof = { readonly authorization: Authorization } | { readonly replayed: TokenAnswer }

/** Proves, or refuses; it never issues. */
export type Grant = (request: GrantRequest) => Proof | Promise<Proof>
