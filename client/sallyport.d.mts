/** The typed client of Sallyport's door out: good tokens of other people's authorization servers. */

export interface ClientOptions {
  /** The realm's issuer: `https://sallyport.example/realms/default`. */
  readonly issuer: string
  /** A client of the realm with the grant `client_credentials` and the scopes `outbound:token`, `outbound:call`. */
  readonly client_id: string
  readonly client_secret: string
  /** How long one request may wait for a server that is away (a restart); 30 by default. */
  readonly wait_seconds?: number
  /** Another `fetch`, for proxies and certificates of your own. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>
}

export interface TokenOptions {
  /** A user's access token of this realm: the answer is the token of that user's connection. */
  readonly bearer?: string
}

export interface Token {
  readonly access_token: string
  readonly token_type: string
  /** Seconds since 1970; undefined: the provider did not say. */
  readonly expires_at: number | undefined
  readonly scope: string | undefined
}

export interface KeptToken extends Token {
  readonly ends_at_ms: number
  /** Renewed behind the caller in this last part of its life. */
  readonly soft_ms: number
}

export type CallInit = RequestInit & TokenOptions

export interface Client {
  /**
   * A good token of the OAuth server with this slug, from memory where one is there. Throws `SallyportError`: 403 not
   * allowed, 404 no such server, 409 needs authorization, 503 disabled or no good token.
   */
  token(server: string, who?: TokenOptions): Promise<Token>
  /** Lets Sallyport make the call: the path lies below the server's base URL, and the token never comes here. */
  call(server: string, path: string, init?: CallInit): Promise<Response>
  /** Forgets every kept token, for instance after the API refused one. */
  forget(): void
}

export declare class SallyportError extends Error {
  constructor(message: string, detail?: { status?: number; code?: string; retryAfterSeconds?: number; cause?: unknown })
  /** HTTP status; undefined: no answer came. */
  readonly status: number | undefined
  /** The provider's error code where there is one, else OAuth's. */
  readonly code: string | undefined
  readonly retryAfterSeconds: number | undefined
}

export declare function createClient(options: ClientOptions): Client
