/**
 * Lists as files. Owns: running a list's own operation batch by batch for the whole filtered list, so that a file holds
 * exactly what its reader may see and is never in memory as a whole (a PDF apart); which columns it has, what it is
 * called, and that the audit tells who took it. Does not own: what a list answers (each noun's handler), its right
 * (`gate.ts`), and keeping the order still meanwhile (`store/listing.ts`).
 */
import type { z } from 'zod'
import type { Operation } from '#contract/operation.ts'
import { type ExportFormat, exportTypes, itemOf, mostChosen } from '#contract/page.ts'
import type { Response } from '#http/message.ts'
import { writeAudit } from '#store/audit.ts'
import { WholeList } from '#store/listing.ts'
import { type Call, type Handled, wholeList } from '../call.ts'
import { invalidField } from '../problem.ts'
import { translated } from '../store-refusals.ts'
import { type Column, columnsOf, type Item } from './columns.ts'
import { csv } from './csv.ts'
import { json } from './json.ts'
import { mostPdfColumns, mostPdfRows, pdf, usualPdfColumns } from './pdf.ts'
import type { Batches, Sheet, Writer } from './sheet.ts'
import { xlsx } from './xlsx.ts'

const batchSize = 500
/** A sheet of a workbook has 1,048,576 rows, one of them for the names. */
const mostXlsxRows = 1_048_575

const writers: Readonly<Record<ExportFormat, Writer>> = { json, csv, xlsx, pdf }

interface Asked {
  readonly format?: ExportFormat | undefined
  readonly columns?: string | undefined
  readonly only?: 'page' | undefined
  readonly ids?: string | undefined
}

interface Answered {
  readonly items: readonly Item[]
  readonly total: number
}

/** The file that the call asks for; undefined: it asks for none. Refuses columns that there are not, and what is too long. */
export async function exported(handled: Handled, call: Call<Operation>): Promise<Response | undefined> {
  const item = itemOf(handled.operation)
  if (!item) return undefined
  const { format, columns, ids, only } = call.query as Asked
  if (format === undefined) return refuseAlone(call.query as Asked)
  if (ids !== undefined && only !== undefined) throw invalidField('only', 'goes without ids')
  const all = columnsOf(item)
  const chosen = chosenColumns(all, columns, format)
  const rows = rowsOf(handled, call, item)
  const total = await translated(() => rows.begin())
  refuseTooLong(total, format)
  const asked = askedOf(call.query)
  const sheet: Sheet = {
    title: titleOf(call, handled.operation),
    columns: chosen,
    columnsInAll: all.length,
    asked,
    madeAt: new Date(),
    total,
  }
  await writeAudit(call.context.db.sql, {
    realm_id: call.realm.id,
    actor: call.actor,
    action: `${listName(handled.operation)}.export`,
    object_kind: 'realm',
    object_id: call.realm.id,
    object_name: call.realm.name,
    after: { format, count: total, columns: chosen.map(({ name }) => name), asked: Object.fromEntries(asked) },
  })
  const name = fileName(call, handled.operation, sheet.madeAt, format)
  const headers = {
    'content-type': exportTypes[format],
    'content-disposition': `attachment; filename="${name}"`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  }
  return { status: 200, headers, body: writers[format](sheet, rows) }
}

function refuseAlone(asked: Asked): undefined {
  const alone = (['columns', 'only', 'ids'] as const).find((name) => asked[name] !== undefined)
  if (alone !== undefined) throw invalidField(alone, 'goes with format')
  return undefined
}

interface FileRows extends Batches {
  /** How many there are. To be called once, before anything is read. */
  begin(): Promise<number>
}

function rowsOf(handled: Handled, call: Call<Operation>, item: z.ZodType): FileRows {
  const { ids, only } = call.query as Asked
  if (only === 'page') return new PartRows(() => pageOf(handled, call))
  const whole = new Rows(handled, call)
  if (ids === undefined) return whole
  const chosen = chosenIds(ids)
  return new PartRows(() => chosenOf(whole, chosen, identityOf(item)))
}

/** The rows of a list, from the run of its operation that told how many there are to the last. */
class Rows implements FileRows {
  readonly #handled: Handled
  readonly #call: Call<Operation>
  readonly #whole = new WholeList()
  #first: Answered | undefined

  constructor(handled: Handled, call: Call<Operation>) {
    this.#handled = handled
    this.#call = call
  }

  async begin(): Promise<number> {
    this.#first = await this.#page(1)
    return this.#first.total
  }

  /** Once: the first page was read by `begin`. */
  async *[Symbol.asyncIterator](): AsyncGenerator<readonly Item[]> {
    const first = this.#first ?? (await this.#page(1))
    this.#first = undefined
    yield first.items
    // What no store lists page by page came whole.
    if (first.items.length >= first.total) return
    const pages = Math.ceil(first.total / batchSize)
    for (let page = 2; page <= pages; page++) yield (await this.#page(page)).items
  }

  async #page(page: number): Promise<Answered> {
    const query = { ...(this.#call.query as object), page, page_size: batchSize, [wholeList]: this.#whole }
    const { value } = await this.#handled.run({ ...this.#call, query })
    return value as Answered
  }
}

/** Few rows, gathered before the first is written. */
class PartRows implements FileRows {
  readonly #gather: () => Promise<readonly Item[]>
  #gathered: readonly Item[] = []

  constructor(gather: () => Promise<readonly Item[]>) {
    this.#gather = gather
  }

  async begin(): Promise<number> {
    this.#gathered = await this.#gather()
    return this.#gathered.length
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly Item[]> {
    yield this.#gathered
  }
}

/** The page as the list itself answers it. */
async function pageOf(handled: Handled, call: Call<Operation>): Promise<readonly Item[]> {
  const { value } = await handled.run(call)
  return (value as Answered).items
}

/** Those of the list that are named, in its order: of a name that it does not have, nothing is told. */
async function chosenOf(whole: Rows, ids: ReadonlySet<string>, identity: readonly string[]): Promise<readonly Item[]> {
  const chosen: Item[] = []
  await whole.begin()
  for await (const items of whole) {
    chosen.push(...items.filter((item) => identity.some((name) => ids.has(String(item[name])))))
    if (chosen.length >= ids.size) break
  }
  return chosen
}

function chosenIds(asked: string): ReadonlySet<string> {
  const ids = asked.split(',').map((id) => {
    try {
      return decodeURIComponent(id)
    } catch {
      throw invalidField('ids', 'must be percent-encoded')
    }
  })
  if (ids.includes('')) throw invalidField('ids', 'must not name nothing')
  if (ids.length > mostChosen) throw invalidField('ids', `must be ${mostChosen} at most; narrow the list by filters`)
  return new Set(ids)
}

/** What the paths name such a row by: an `id` where it has one, else its first name. */
function identityOf(item: z.ZodType): readonly string[] {
  const names = new Set(columnsOf(item).map(({ name }) => name))
  const own = ['id', 'slug'].filter((name) => names.has(name))
  return own.length > 0 ? own : ['client_id', 'name'].filter((name) => names.has(name)).slice(0, 1)
}

function chosenColumns(all: readonly Column[], asked: string | undefined, format: ExportFormat): readonly Column[] {
  if (asked === undefined) return format === 'pdf' ? all.slice(0, usualPdfColumns) : all
  const names = asked.split(',')
  const chosen = names.map((name) => {
    const column = all.find((each) => each.name === name)
    if (!column) throw invalidField('columns', 'names a field that the list does not have')
    return column
  })
  if (new Set(names).size < names.length) throw invalidField('columns', 'must not name one twice')
  if (format === 'pdf' && chosen.length > mostPdfColumns) {
    throw invalidField('columns', `a PDF has room for ${mostPdfColumns} columns; ask for fewer, or for xlsx`)
  }
  return chosen
}

function refuseTooLong(total: number, format: ExportFormat): void {
  if (format === 'pdf' && total > mostPdfRows) {
    const many = `the list has ${total} rows and a PDF at most ${mostPdfRows}`
    throw invalidField('format', `${many}; narrow it by filters, or ask for xlsx or csv`)
  }
  if (format === 'xlsx' && total > mostXlsxRows) {
    throw invalidField('format', `the list has ${total} rows and a sheet at most ${mostXlsxRows}; ask for csv`)
  }
}

/** What narrowed and ordered the list. */
function askedOf(query: unknown): [string, string][] {
  const { page, page_size: _size, format: _format, columns: _columns, ids, only, ...rest } = query as Item
  const part = only === undefined ? {} : { page: typeof page === 'number' ? String(page) : '1' }
  const chosen = ids === undefined ? {} : { rows: 'selected' }
  const asked = Object.entries({ ...rest, ...part, ...chosen })
  return asked.filter((entry): entry is [string, string] => typeof entry[1] === 'string')
}

/** `clients`, `client-secrets`: what the operation is called before its verb. */
function listName({ id }: Operation): string {
  return id.slice(0, id.lastIndexOf('.')).replaceAll('.', '-')
}

function titleOf({ realm }: Call<Operation>, operation: Operation): string {
  const name = listName(operation).replaceAll('-', ' ')
  return operation.reach === 'platform' ? name : `${name} of ${realm.name}`
}

function fileName({ realm }: Call<Operation>, operation: Operation, at: Date, format: ExportFormat): string {
  const place = operation.reach === 'platform' ? [] : [realm.name]
  return `${['sallyport', ...place, listName(operation), at.toISOString().slice(0, 10)].join('-')}.${format}`
}
