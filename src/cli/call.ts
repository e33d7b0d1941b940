/**
 * Every operation of the contract is a command: `GET /realms/{realm}/clients` is `clients list`, what lies below an
 * object is a command below it (`clients secrets create CLIENT_ID`). Names, arguments and flags all come from the
 * operation, so that a new one is here without a line of code. The server judges what is sent.
 */
import type { Command } from 'commander'
import { z } from 'zod'
import { binDays, deletedKinds } from '#contract/deleted.ts'
import type { Operation } from '#contract/operation.ts'
import { operations } from '#contract/operations.ts'
import { fileQuery, largestPage } from '#contract/page.ts'
import { addCallFlags, type CallOptions, callerOf, everyPage, type Page, totalOf } from './caller.ts'
import { CommandFailed, EXIT } from './exit.ts'
import { addBodyFlags, bodyOf, camelCase, fieldsOf } from './flags.ts'
import { aboutGroup } from './groups.ts'
import { ENDINGS, writeList } from './list-file.ts'
import { fields, json, safe, table } from './print.ts'
import type { World } from './world.ts'

/** Have commands of their own, which do more than send and print (`configuration.ts`, `seal.ts`). */
const elsewhere: ReadonlySet<string> = new Set(['configuration', 'seal'])

interface CommandOptions extends CallOptions {
  readonly realm?: string
  readonly json?: true
  readonly yes?: true
  readonly all?: true
  readonly filter?: readonly string[]
  readonly output?: string
  readonly columns?: string
  readonly [flag: string]: unknown
}

export function addOperationCommands(program: Command, world: World): void {
  for (const operation of operations) {
    if (!elsewhere.has(operation.noun)) addOperation(program, world, operation)
  }
}

function addOperation(program: Command, world: World, operation: Operation): void {
  const names = argumentNames(operation)
  const command = groupOf(program, operation).command(verbOf(operation)).description(operation.summary)
  for (const name of names) command.argument(`<${name}>`)
  if (takesRealm(operation)) command.option('--realm <name>', 'the realm', 'default')
  if (isList(operation)) addListFlags(command, operation)
  else for (const name of filtersOf(operation)) command.option(`--${name.replaceAll('_', '-')} <text>`)
  if (hasFile(operation)) addFileFlags(command)
  addBodyFlags(command, fieldsOf(operation.body))
  if (isDestructive(operation)) command.option('--yes', 'delete; without it nothing is deleted')
  if (operation.refusals.includes(412)) command.option('--if-match <etag>', 'only if it is still as it was read')
  command.option('--json', 'print the answer as JSON')
  addCallFlags(command)
  command.action(async () => {
    const given = command.processedArgs.map(String)
    const options: CommandOptions = command.opts()
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
    group = group.commands.find((known) => known.name() === noun) ?? group.command(noun).description(aboutGroup(noun))
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
  return queryFields(operation).filter((name) => !PAGING.has(name) && !Object.hasOwn(fileQuery, name))
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

/** Whether it answers the whole list as a file as well. */
function hasFile(operation: Operation): boolean {
  return queryFields(operation).includes('format')
}

function addFileFlags(command: Command): void {
  command
    .option('--output <file>', `the whole list into this file, named ${ENDINGS.join(', ')}`)
    .option('--columns <fields>', 'with --output: the fields that it has, in this order')
}

function isDestructive(operation: Operation): boolean {
  return operation.method === 'DELETE' || fieldsOf(operation.body).some(({ choices }) => choices.includes('delete'))
}

function sortable(operation: Operation): readonly string[] {
  const sort = fieldsOf(operation.query).find(({ name }) => name === 'sort')
  return (sort?.choices ?? []).filter((name) => !name.startsWith('-'))
}

async function perform(
  world: World,
  operation: Operation,
  params: Readonly<Record<string, unknown>>,
  options: CommandOptions,
): Promise<void> {
  const body = await bodyOf(world, operation.body, options)
  const query = isList(operation) ? queryOf(operation, options) : plainQueryOf(operation, options)
  const deletes = operation.method === 'DELETE' || (body as { action?: unknown } | undefined)?.action === 'delete'
  if (deletes && !options.yes) {
    throw new CommandFailed(EXIT.usage, `nothing was done; ${whatBecomes(operation)}; to do it, say --yes`)
  }
  const input = { params, query, body }
  if (options.output !== undefined) return await writeList(world, operation, input, options.output, options)
  const send = await callerOf(world, options)
  const value = await (options.all ? everyPage(world, send, operation, input) : send(operation, input, options))
  world.out(options.json ? json(value ?? {}) : told(operation, value))
}

/** Whether it can come back: who is asked to say yes has to know. */
function whatBecomes(operation: Operation): string {
  const kind = operation.noun.replaceAll('-', '_')
  const comesBack = deletedKinds.some((known) => known === kind)
  const end = comesBack ? `lies in the recycle bin for ${binDays} days` : 'this cannot be taken back'
  return `${operation.summary}: ${end}`
}

function plainQueryOf(operation: Operation, options: CommandOptions): Record<string, unknown> {
  return Object.fromEntries(filtersOf(operation).map((name) => [name, options[camelCase(name)]]))
}

function queryOf(operation: Operation, options: CommandOptions): Record<string, unknown> {
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

function told(operation: Operation, value: unknown): string {
  if (value === undefined) return 'done\n'
  const page = value as Page
  const { items, total } = page as Partial<Page>
  if (items === undefined) return fields(value as Readonly<Record<string, unknown>>)
  if (items.length === 0) return total ? `nothing on this page; ${totalOf(page)} in all\n` : 'nothing\n'
  const all =
    total === items.length ? '' : `${items.length} of ${totalOf(page)}: --page, --page-size or --all show more\n`
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
