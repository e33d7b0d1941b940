/** Calls to the management API: where to, as whom, and what a refusal sounds like. */
import type { Command } from 'commander'
import { createCaller, ProblemError, type Transport, UnexpectedAnswer } from '#contract/caller.ts'
import type { Operation } from '#contract/operation.ts'
import { largestPage } from '#contract/page.ts'
import { credentialsOf } from './credentials.ts'
import { CommandFailed, EXIT } from './exit.ts'
import { loginToken } from './login.ts'
import { safe } from './print.ts'
import { startProgress } from './progress.ts'
import { requestToken } from './token-request.ts'
import { type WayOut, wayOutTo } from './way-out.ts'
import type { World } from './world.ts'

export interface CallOptions {
  readonly url?: string
  readonly asClient?: string
  readonly asSecretFile?: string
  readonly asSecretEnv?: string
  readonly asScope?: string
  readonly ifMatch?: string
}

const API_SCOPE = 'sallyport_api'

/** The flags that every command has that calls the server. */
export function addCallFlags(command: Command): void {
  command
    .option('--url <url>', 'the server, instead of SALLYPORT_PUBLIC_URL')
    .option(
      '--as-client <id>',
      'the client of realm system to call as, instead of who is logged in or sallyport-bootstrap',
    )
    .option('--as-secret-file <file>', 'its secret, in a file that only you can read; - is standard input')
    .option('--as-secret-env <name>', 'its secret, in this variable')
    .option('--as-scope <scope>', `the scope to call with as a client (default: ${API_SCOPE})`)
}

export interface Sent {
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
}

export type Send = (operation: Operation, input: Sent, options: CallOptions) => Promise<unknown>

/** Fetches the token that the call needs, then calls. A refusal is a `CommandFailed` with its problem as the cause. */
export function callerOf(world: World, options: CallOptions): Promise<Send> {
  return callerOver(world, options, (body) => body.toString())
}

/** `read`: what of the body of a good answer is the answer. */
export async function callerOver(world: World, options: CallOptions, read: (body: Buffer) => string): Promise<Send> {
  const url = (options.url ?? world.settings().publicUrl).replace(/\/$/, '')
  const wayOut = wayOutTo(url)
  const fetchToken = await tokenSource(world, wayOut, url, options)
  let token: string | undefined
  const caller = createCaller({
    baseUrl: `${url}/api/v1`,
    transport: transportOver(wayOut, read),
    token: async () => (token ??= await fetchToken()),
  })
  const send: Send = async (operation, input, { ifMatch }) => {
    try {
      return (await caller.call(operation, input, ifMatch === undefined ? {} : { ifMatch })).value
    } catch (error) {
      throw sentence(error)
    }
  }
  return send
}

/** Who calls: the client that the options name, else who has logged in there, else the bootstrap client. */
async function tokenSource(
  world: World,
  wayOut: WayOut,
  url: string,
  { asClient, asSecretFile, asSecretEnv, asScope }: CallOptions,
): Promise<() => Promise<string>> {
  const issuer = `${url}/realms/system`
  if ([asClient, asSecretFile, asSecretEnv, asScope].every((option) => option === undefined)) {
    const token = await loginToken(world, issuer)
    if (token !== undefined) return () => Promise.resolve(token)
  }
  const credentials = await credentialsOf(world, {
    ...(asClient === undefined ? {} : { clientId: asClient }),
    ...(asSecretFile === undefined ? {} : { secretFile: asSecretFile }),
    ...(asSecretEnv === undefined ? {} : { secretEnv: asSecretEnv }),
  })
  return async () => (await requestToken(wayOut, `${issuer}/token`, credentials, asScope ?? API_SCOPE)).access_token
}

export interface Page {
  readonly items: readonly Readonly<Record<string, unknown>>[]
  readonly total: number
  readonly total_is_lower_bound?: true
}

/** As far as it was counted. */
export function totalOf({ total, total_is_lower_bound: isMore }: Pick<Page, 'total' | 'total_is_lower_bound'>): string {
  return `${isMore ? 'more than ' : ''}${total}`
}

/** `--all`: walks over every page, and says how far it is. */
export async function everyPage(world: World, send: Send, operation: Operation, input: Sent): Promise<unknown> {
  const items: Page['items'][number][] = []
  const progress = startProgress(world)
  for (let page = 1; ; page += 1) {
    const query = { ...(input.query as object), page, page_size: largestPage }
    const answer = (await send(operation, { ...input, query }, {})) as Page
    items.push(...answer.items)
    progress.show(`${items.length} of ${totalOf(answer)}`)
    if (answer.items.length >= largestPage) continue
    progress.end()
    const { total_is_lower_bound: _, ...rest } = answer
    return { ...rest, items, total: items.length, page: 1, page_size: items.length }
  }
}

function transportOver(wayOut: WayOut, read: (body: Buffer) => string): Transport {
  return async (url, { method, headers, body }) => {
    const sent = { method: method as Operation['method'], headers, ...(body === undefined ? {} : { body }) }
    const answer = await wayOut(url, sent)
    const header = (name: string): string | null => {
      const value = answer.headers[name.toLowerCase()]
      return typeof value === 'string' ? value : (value?.[0] ?? null)
    }
    const text = answer.status < 300 ? read(answer.body) : answer.body.toString()
    return { status: answer.status, headers: { get: header }, text: async () => text }
  }
}

function sentence(error: unknown): unknown {
  if (error instanceof ProblemError) {
    const { status, title, detail, field } = error.problem
    const exitCode = status >= 500 ? EXIT.unavailable : EXIT.refused
    const what = field === undefined ? safe(detail) : `${safe(field)}: ${safe(detail)}`
    return new CommandFailed(exitCode, `the server refuses (${status} ${safe(title)}): ${what}`, { cause: error })
  }
  return error instanceof UnexpectedAnswer ? new CommandFailed(EXIT.unavailable, error.message) : error
}
