/**
 * What makes one provider different from the specification, as data: how it is asked, leg by leg, and how its answers
 * are read. A profile is JSON: it can be stored, edited and sent, and it holds no secret and no code.
 * Owns the shape; the profiles that are shipped lie with the door out, what they mean is told by the files beside this.
 */

/**
 * A text with places in braces that are filled when a request is made: `{client_id}`, `{client_secret}`, `{code}`,
 * `{redirect_uri}`, `{redirect_host}`, `{state}`, `{code_verifier}`, `{refresh_token}`, `{access_token}`, `{scope}`,
 * `{username}`, `{password}`, `{now}` and `{now_ms}` (Unix time), `{uuid}`, and `{kept.name}` for what was kept of an
 * earlier callback or answer; `{body}`, what is sent, for headers alone. An unknown or absent place is empty. `{{` stands for one brace.
 */
export type Template = string

export type Value =
  | Template
  /** The digest of the filled text; with a key it is an HMAC (RFC 2104). */
  | { readonly sha256: Template; readonly key?: Template; readonly encoding?: 'hex' | 'base64' | 'base64url' }
  /** The first characters of the filled text. */
  | { readonly first: number; readonly of: Template }
  /** `Basic` credentials of two texts as they are. */
  | { readonly basic: readonly [user: Template, password: Template] }

/** Where a field stands in an answer: names and list positions with dots between, `authed_user.access_token`. */
export type Path = string

/** How one leg's request differs. */
export interface RequestRules {
  /** `DELETE` is for revocations alone. */
  readonly method?: 'GET' | 'POST' | 'DELETE'
  /**
   * A URL template instead of the server's endpoint. It may lead to the endpoint's origin, or to a host of
   * `Profile.hosts`: what a callback said never takes a secret elsewhere.
   */
  readonly url?: Template
  /** Where the parameters stand; with GET it is always the query. Default: form. */
  readonly placement?: 'form' | 'json' | 'query'
  /** Parameters beside the standard ones, or in their place. */
  readonly add?: Readonly<Record<string, Value>>
  /** Standard name → the provider's name. After `add`. */
  readonly rename?: Readonly<Record<string, string>>
  /** Names (standard, or of `add`) that are not sent. Before `rename`. */
  readonly drop?: readonly string[]
  readonly headers?: Readonly<Record<string, Value>>
}

export type ExpirySource =
  /** A life in seconds or milliseconds, counted from the answer. */
  | 'seconds'
  | 'milliseconds'
  /** A moment as Unix time, or as a date that ISO 8601 or RFC 9110 writes. */
  | 'unix_seconds'
  | 'unix_milliseconds'
  | 'date'
  /** A life written `hours:minutes:seconds`. */
  | 'clock'
  /** The `exp` claim of the access token, which is a JWT. */
  | 'jwt'
  /** The answer does not say; the introspection endpoint does (RFC 7662 §2.2). */
  | 'introspection'

export type RefusalClass = 'transient' | 'server_settings' | 'grant_dead' | 'malformed' | 'consent' | 'unknown_outcome'

/** A field is looked for at each path in turn; the first that is there counts. */
export interface FieldPaths {
  readonly access_token?: readonly Path[]
  readonly token_type?: readonly Path[]
  readonly expires?: readonly Path[]
  readonly refresh_token?: readonly Path[]
  readonly refresh_expires?: readonly Path[]
  readonly scope?: readonly Path[]
  readonly id_token?: readonly Path[]
}

export interface AnswerRules {
  /** Default: found out from the body, because content types lie. */
  readonly format?: 'json' | 'form' | 'xml'
  /** All paths start here; an answer that has no such member is read from its top. */
  readonly root?: Path
  readonly fields?: FieldPaths
  /** Statuses of answers that may hold tokens, beside 200 to 299. */
  readonly statuses?: readonly number[]
  /** A refusal that says 200: success is where the value at `path` (from the top) is one of these, as text. */
  readonly success?: { readonly path: Path; readonly equals: readonly string[] }
  /** From the top of the answer. Default: `error` and `error_description`. */
  readonly error?: { readonly code: readonly Path[]; readonly description?: readonly Path[] }
  /** The provider's error code → the standard's code, or a class. */
  readonly aliases?: Readonly<Record<string, string>>
  readonly expiry?: {
    readonly source: ExpirySource
    /** Seconds that are assumed where the answer does not say. */
    readonly default_seconds?: number
    /** The life of a refresh token, in the unit of `source`, or by its own. */
    readonly refresh_source?: ExpirySource
    /** 0 says that the token does not expire; without this it says nothing. */
    readonly zero_is_never?: boolean
  }
  /** `bearer` (default): whatever the answer calls it is used as a bearer token. `as_given`: the answer's word. */
  readonly token_type?: 'bearer' | 'as_given'
  /** Our name → path from the top of the answer: values for later URLs and calls. */
  readonly keep?: Readonly<Record<string, Path>>
}

export interface Profile {
  readonly name: string
  readonly title: string
  /** Speaks OpenID Connect: an `id_token` is kept and checked. Of others it is ignored. */
  readonly openid: boolean
  /** Fills the form of a new server. `{name}` in a URL is one of `variables`, asked for by its label. */
  readonly defaults: {
    readonly issuer?: string
    readonly authorization_endpoint?: string
    readonly token_endpoint?: string
    readonly revocation_endpoint?: string
    readonly introspection_endpoint?: string
    readonly userinfo_endpoint?: string
    readonly base_url?: string
    readonly authentication_method?: 'client_secret_post' | 'client_secret_basic' | 'private_key_jwt' | 'none'
    readonly basic_encoding?: 'strict' | 'loose'
    readonly scope?: string
    readonly pkce?: boolean
    readonly request_refresh_token?: boolean
    readonly variables?: Readonly<Record<string, { readonly label: string; readonly default?: string }>>
  }
  /** Where URL templates may lead beside the endpoint's own origin: `accounts.example`, `*.example`. Always https. */
  readonly hosts?: readonly string[]
  readonly scope?: {
    readonly parameter?: string
    /** Between two scopes. Default: a space. */
    readonly separator?: string
    /** The same in answers, where it is another one; spaces separate in any case. */
    readonly answer_separator?: string
    /** Legs where the scope is sent though the specification does not ask for it. */
    readonly resend?: readonly ('token' | 'refresh')[]
  }
  /** `Basic` credentials that are not client ID and secret: sent as they are, in place of the method's. */
  readonly basic_credentials?: readonly [user: Template, password: Template]
  /** How a refresh token is asked for at the authorization endpoint. */
  readonly offline?: { readonly scope?: string; readonly parameters?: Readonly<Record<string, string>> }
  readonly authorize?: Omit<RequestRules, 'method' | 'placement' | 'headers'>
  readonly callback?: {
    /** The parameter that holds the code; null: the consent itself is the answer, tokens come by client credentials. */
    readonly code?: string | null
    /** Our name → callback parameter. */
    readonly keep?: Readonly<Record<string, string>>
  }
  readonly token?: RequestRules
  /** Default: as `token`. */
  readonly refresh?: RequestRules
  readonly revoke?: RequestRules
  readonly answer?: AnswerRules
  /** Claims of our assertions in place of the standard ones (RFC 7523 §3). */
  readonly assertion_claims?: Readonly<Record<string, Template>>
  /** The `iss` of ID tokens where it differs by tenant: `{name}` is the claim of that name. */
  readonly id_token_issuer?: Template
  /** What a new access token is bought with. Default: the refresh token. `client`: the first request once more. */
  readonly renew_with?: 'refresh_token' | 'access_token' | 'client'
  readonly refresh_token?: {
    /**
     * `none`: what was used stays good, even where a new one comes, so that a refresh may be sent again. Default: unknown.
     */
    readonly rotation?: 'none' | 'rotates' | 'unknown'
    /** For so long a spent refresh token is answered with its successor. */
    readonly reuse_grace_seconds?: number
    /** A spent refresh token that is shown again ends the whole grant. */
    readonly reuse_ends_grant?: boolean
    readonly idle_seconds?: number
    readonly absolute_seconds?: number
    /** `newest` (default), or the old one is kept although a new one came. */
    readonly keep?: 'newest' | 'first'
  }
  /** Seconds before the end at which a token is renewed at the latest. */
  readonly margin_seconds?: number
  /** How the token is put into calls. Default: `Authorization: Bearer`. */
  readonly placement?:
    | { readonly in: 'header'; readonly name: string; readonly prefix?: string }
    | { readonly in: 'query'; readonly name: string }
  /** Answers of the API that say that the token is no longer taken. Default: 401. */
  readonly expired_statuses?: readonly number[]
}
