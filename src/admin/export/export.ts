/**
 * Lists as files. Owns: running a list's own operation batch by batch for the whole filtered list, so that a file holds
 * exactly what its reader may see and is never in memory as a whole (a PDF apart); which columns it has, what it is
 * called, and that the audit tells who took it. Does not own: what a list answers (each noun's handler), its right
 * (`gate.ts`), and keeping the order still meanwhile (`store/listing.ts`).
 */
import type { Operation } from '#contract/operation.ts'
import { type ExportFormat, exportTypes, itemOf } from '#contract/page.ts'
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
import type { Sheet, Writer } from './sheet.ts'
import { xlsx } from './xlsx.ts'

const batchSize = 500
/** A sheet of a workbook has 1,048,576 rows, one of them for the names. */
const mostXlsxRows = 1_048_575

const writers: Readonly<Record<ExportFormat, Writer>> = { json, csv, xlsx, pdf }

interface Asked {
  readonly format?: ExportFormat | undefined
  readonly columns?: string | undefined
}

interface Answered {
  readonly items: readonly Item[]
  readonly total: number
}

/** The file that the call asks for; undefined: it asks for none. Refuses columns that there are not, and what is too long. */
export async function exported(handled: Handled, call: Call<Operation>): Promise<Response | undefined> {
  const item = itemOf(handled.operation)
  if (!item) return undefined
  const { format, columns } = call.query as Asked
  if (format === undefined && columns !== undefined) throw invalidField('columns', 'goes with format')
  if (format === undefined) return undefined
  const all = columnsOf(item)
  const chosen = chosenColumns(all, columns, format)
  const rows = new Rows(handled, call)
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

/** The rows of a list, from the run of its operation that told how many there are to the last. */
class Rows {
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
  const { page: _page, page_size: _size, format: _format, columns: _columns, ...rest } = query as Item
  return Object.entries(rest).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
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
