/** RFC 4180: CRLF, every text in quotes. The byte order mark tells spreadsheets that it is UTF-8. */
import { type Cell, cellOf } from './columns.ts'
import type { Batches, Sheet } from './sheet.ts'

const byteOrderMark = '\ufeff'

export async function* csv(sheet: Sheet, batches: Batches): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  yield encoder.encode(byteOrderMark + lineOf(sheet.columns.map(({ name }) => name)))
  for await (const items of batches) {
    const lines = items.map((item) => lineOf(sheet.columns.map((column) => cellOf(column, item))))
    yield encoder.encode(lines.join(''))
  }
}

function lineOf(cells: readonly Cell[]): string {
  return `${cells.map(fieldOf).join(',')}\r\n`
}

function fieldOf(cell: Cell): string {
  if (cell === null) return ''
  if (cell instanceof Date) return cell.toISOString()
  return typeof cell === 'string' ? `"${cell.replaceAll('"', '""')}"` : String(cell)
}
