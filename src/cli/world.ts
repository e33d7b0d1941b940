/** What a command sees of the process that it runs in: handed in, so that the room reads no environment of its own. */

/** The part of the configuration that commands need; see docs/configuration.md. */
export interface Settings {
  /** Without a trailing slash. */
  readonly publicUrl: string
  readonly operationsHost: string
  readonly operationsPort: number
  /** Absolute. */
  readonly dataDir: string
  /** `sqlite:/absolute/file.db` or `postgres://…` */
  readonly databaseUrl: string
  readonly masterKey: string | undefined
  readonly bootstrapClientSecret: string | undefined
  readonly tls: { readonly cert: string } | undefined
  readonly warnings: readonly string[]
}

export interface World {
  /** Throws `ConfigError` with every problem. */
  settings(): Settings
  environment(name: string): string | undefined
  /** The server. */
  start(): Promise<void>
  out(text: string): void
  err(text: string): void
  /** All of standard input. */
  input(): Promise<string>
  /** undefined: nobody sits there. */
  readonly terminal?: Terminal
}

export interface Terminal {
  /** A line that is typed and not shown. undefined: standard input is no terminal. */
  hidden?(prompt: string): Promise<string>
  /** Replaces the line that was written before; nothing: takes it away. */
  line(text: string): void
}
