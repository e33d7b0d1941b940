/**
 * Every operation of the contract is a command: `GET /realms/{realm}/clients` is `clients list`, what lies below an
 * object is a command below it (`clients secrets create CLIENT_ID`). Names, arguments and flags all come from the
 * operation, so that a new one is here without a line of code. The server judges what is sent.
 */
import type { Command } from 'commander'
import { z } from 'zod'
import { createCaller, ProblemError, type Transport, UnexpectedAnswer } from '#contract/caller.ts'
import type { Operation } from '#contract/operation.ts'
import { operations } from '#contract/operations.ts'
import { largestPage } from '#contract/page.ts'
import { credentialsOf } from './credentials.ts'
import { CommandFailed, EXIT } from './exit.ts'
import { addBodyFlags, bodyOf, camelCase, fieldsOf } from './flags.ts'
import { loginToken } from './login.ts'
import { fields, json, safe, table } from './print.ts'
import { requestToken } from './token-request.ts'
import { type WayOut, wayOutTo } from './way-out.ts'
import type { World } from './world.ts'

interface CallOptions {
  readonly url?: string
  readonly asClient?: string
  readonly asSecretFile?: string
  readonly asSecretEnv?: string
  readonly asScope?: string
  readonly realm?: string
  readonly ifMatch?: string
  readonly json?: true
  readonly yes?: true
  readonly all?: true
  readonly filter?: readonly string[]
  readonly [flag: string]: unknown
}

const API_SCOPE = 'sallyport_api'

export function addOperationCommands(program: Command, world: World): void {
  for (const operation of operations) addOperation(program, world, operation)
}

function addOperation(program: Command, world: World, operation: Operation): void {
  const names = argumentNames(operation)
  const command = groupOf(program, operation).command(verbOf(operation)).description(operation.summary)
  for (const name of names) command.argument(`<${name}>`)
  if (takesRealm(operation)) command.option('--realm <name>', 'the realm', 'default')
  if (isList(operation)) addListFlags(command, operation)
  addBodyFlags(command, fieldsOf(operation.body))
  if (operation.method === 'DELETE') command.option('--yes', 'do not ask')
  if (operation.refusals.includes(412)) command.option('--if-match <etag>', 'only if it is still as it was read')
  command
    .option('--json', 'print the answer as JSON')
    .option('--url <url>', 'the server, instead of SALLYPORT_PUBLIC_URL')
    .option(
      '--as-client <id>',
      'the client of realm system to call as, instead of who is logged in or sallyport-bootstrap',
    )
    .option('--as-secret-file <file>', 'its secret, in a file that only you can read; - is standard input')
    .option('--as-secret-env <name>', 'its secret, in this variable')
    .option('--as-scope <scope>', `the scope to call with as a client (default: ${API_SCOPE})`)
    .action(async () => {
      const given = command.processedArgs.map(String)
      const options: CallOptions = command.opts()
      const params = Object.fromEntries(names.map((name, index) => [name, given[index]]))
      if (takesRealm(operation)) params['realm'] = options.realm
      await perform(world, operation, params, options)
    })
}

/** The nouns of the path: `/realms/{realm}/clients/{client_id}/secrets` is `clients secrets`. */
function groupOf(program: Command, operation: Operation): Command {
  const literals = operation.path.split('/').filter((part) => part !== '' && !part.startsWith('{'))
  const nouns = literals.length > 1 ? literals.slice(1) : literals
  if (nouns.at(-1) === verbOf(operation)) nouns.pop()
  let group = program
  for (const noun of nouns) {
    group = group.commands.find((known) => known.name() === noun) ?? group.command(noun).description(`manage ${noun}`)
  }
  return group
}

function verbOf(operation: Operation): string {
  const verb = operation.id.slice(operation.id.indexOf('.') + 1)
  return verb === 'read' ? 'get' : verb
}

function argumentNames(operation: Operation): readonly string[] {
  const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')
  return takesRealm(operation) ? inPath.filter((name) => name !== 'realm') : inPath
}

/** A realm is named by an option where it is only the place of something, and by an argument where it is the thing. */
function takesRealm(operation: Operation): boolean {
  return operation.path.startsWith('/realms/{realm}/')
}

function isList(operation: Operation): boolean {
  return operation.method === 'GET' && queryFields(operation).includes('page')
}

function queryFields(operation: Operation): readonly string[] {
  return operation.query instanceof z.ZodObject ? Object.keys(operation.query.shape) : []
}

const PAGING = new Set(['search', 'sort', 'page', 'page_size'])

function filtersOf(operation: Operation): readonly string[] {
  return queryFields(operation).filter((name) => !PAGING.has(name))
}

function addListFlags(command: Command, operation: Operation): void {
  const collect = (text: string, before: unknown) => [...(Array.isArray(before) ? (before as string[]) : []), text]
  command
    .option('--filter <field=value>', `repeated; fields: ${filtersOf(operation).join(', ')}`, collect)
    .option('--search <text>', 'a part of the name')
    .option('--sort <field>', `- before it: descending; fields: ${sortable(operation).join(', ')}`)
    .option('--page <number>', 'from 1')
    .option('--page-size <number>', `at most ${largestPage}`)
    .option('--all', 'every page')
}

function sortable(operation: Operation): readonly string[] {
  const sort = fieldsOf(operation.query).find(({ name }) => name === 'sort')
  return (sort?.choices ?? []).filter((name) => !name.startsWith('-'))
}

async function perform(
  world: World,
  operation: Operation,
  params: Readonly<Record<string, unknown>>,
  options: CallOptions,
): Promise<void> {
  const body = await bodyOf(world, operation.body, options)
  const query = isList(operation) ? queryOf(operation, options) : {}
  if (operation.method === 'DELETE' && !options.yes) {
    throw new CommandFailed(EXIT.usage, `this cannot be taken back (${operation.summary}): say --yes`)
  }
  const send = await callerOf(world, options)
  const value = await send(operation, { params, query, body }, options)
  world.out(options.json ? json(value ?? {}) : told(operation, value))
}

function queryOf(operation: Operation, options: CallOptions): Record<string, unknown> {
  const query: Record<string, unknown> = {}
  for (const name of PAGING) query[name] = options[camelCase(name)]
  const known = filtersOf(operation)
  for (const filter of options.filter ?? []) {
    const [, name = '', value = ''] = /^([^=]*)=([\s\S]*)$/.exec(filter) ?? []
    if (!known.includes(name)) {
      throw new CommandFailed(
        EXIT.usage,
        `--filter ${safe(filter)}: write FIELD=VALUE, with a field of ${known.join(', ')}`,
      )
    }
    query[name] = value
  }
  return query
}

type Send = (
  operation: Operation,
  input: { params: unknown; query: unknown; body: unknown },
  options: CallOptions,
) => Promise<unknown>

/** Fetches the token that the call needs, then calls; `--all` walks over every page. */
async function callerOf(world: World, options: CallOptions): Promise<Send> {
  const url = (options.url ?? world.settings().publicUrl).replace(/\/$/, '')
  const wayOut = wayOutTo(url)
  const fetchToken = await tokenSource(world, wayOut, url, options)
  let token: string | undefined
  const caller = createCaller({
    baseUrl: `${url}/api/v1`,
    transport: transportOver(wayOut),
    token: async () => (token ??= await fetchToken()),
  })
  const send: Send = async (operation, input, { ifMatch }) => {
    try {
      return (await caller.call(operation, input, ifMatch === undefined ? {} : { ifMatch })).value
    } catch (error) {
      throw sentence(error)
    }
  }
  return options.all ? (operation, input, call) => everyPage(send, operation, input, call) : send
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

interface Page {
  readonly items: readonly Readonly<Record<string, unknown>>[]
  readonly total: number
}

const everyPage = async (...[send, operation, input, call]: [Send, ...Parameters<Send>]): Promise<unknown> => {
  const items: unknown[] = []
  for (let page = 1; ; page += 1) {
    const query = { ...(input.query as object), page, page_size: largestPage }
    const answer = (await send(operation, { ...input, query }, call)) as Page
    items.push(...answer.items)
    if (answer.items.length < largestPage) return { ...answer, items, page: 1, page_size: items.length }
  }
}

function transportOver(wayOut: WayOut): Transport {
  return async (url, { method, headers, body }) => {
    const sent = { method: method as Operation['method'], headers, ...(body === undefined ? {} : { body }) }
    const answer = await wayOut(url, sent)
    const header = (name: string): string | null => {
      const value = answer.headers[name.toLowerCase()]
      return typeof value === 'string' ? value : (value?.[0] ?? null)
    }
    return { status: answer.status, headers: { get: header }, text: async () => answer.body.toString() }
  }
}

function sentence(error: unknown): unknown {
  if (error instanceof ProblemError) {
    const { status, title, detail, field } = error.problem
    const exitCode = status >= 500 ? EXIT.unavailable : EXIT.refused
    const what = field === undefined ? safe(detail) : `${safe(field)}: ${safe(detail)}`
    return new CommandFailed(exitCode, `the server refuses (${status} ${safe(title)}): ${what}`)
  }
  return error instanceof UnexpectedAnswer ? new CommandFailed(EXIT.unavailable, error.message) : error
}

function told(operation: Operation, value: unknown): string {
  if (value === undefined) return 'done\n'
  const { items, total } = value as Partial<Page>
  if (items === undefined) return fields(value as Readonly<Record<string, unknown>>)
  if (items.length === 0) return total ? `nothing on this page; ${total} in all\n` : 'nothing\n'
  const all = total === items.length ? '' : `${items.length} of ${total}: --page, --page-size or --all show more\n`
  return table(columnsOf(operation, items), items) + all
}

/** What names an object, then what it can be sorted by; where there is no order, every plain field. */
function columnsOf(operation: Operation, items: Page['items']): readonly string[] {
  const first = items[0] ?? {}
  const columns = sortable(operation)
  if (columns.length > 1) return 'id' in first ? ['id', ...columns.filter((name) => name !== 'id')] : columns
  const isPlain = (value: unknown) => typeof value !== 'object' || value === null
  return Object.keys(first).filter((name) => items.every((item) => isPlain(item[name])))
}
