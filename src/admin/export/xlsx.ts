/**
 * A workbook of one sheet (ECMA-376 part 1), its rows written into the zip as they come: texts stand in their cells,
 * so that no table of them has to be kept. Moments are real dates, in UTC. The row with the names stays in view.
 */
import { Readable } from 'node:stream'
import { ZipFile } from 'yazl'
import { type Cell, type Column, cellOf, type Item } from './columns.ts'
import type { Batches, Sheet } from './sheet.ts'

/** What a cell of a spreadsheet holds (ECMA-376 is silent, every program keeps to it). */
export const longestCell = 32_767
const styles = { plain: 0, heading: 1, moment: 2 }
const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const relationships = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const packaged = 'http://schemas.openxmlformats.org/package/2006'
const contentType = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

export async function* xlsx(sheet: Sheet, batches: Batches): AsyncGenerator<Uint8Array> {
  const zip = new ZipFile()
  const options = { mtime: sheet.madeAt }
  for (const [path, text] of Object.entries(parts(sheet))) zip.addBuffer(Buffer.from(text), path, options)
  const rows = Readable.from(sheetXml(sheet, batches), { objectMode: false })
  zip.addReadStream(rows, 'xl/worksheets/sheet1.xml', options)
  zip.end()
  const output = zip.outputStream as Readable
  rows.once('error', (error) => output.destroy(error))
  try {
    for await (const chunk of output) yield chunk as Uint8Array
  } finally {
    rows.destroy()
  }
}

async function* sheetXml(sheet: Sheet, batches: Batches): AsyncGenerator<Buffer> {
  let begun = false
  let at = 1
  const begin = (items: readonly Item[]): string => {
    begun = true
    return opening(sheet, items) + rowOf(1, sheet.columns.map(headingOf))
  }
  for await (const items of batches) {
    const head = begun ? '' : begin(items)
    const rows = items.map((item) => {
      at += 1
      return rowOf(
        at,
        sheet.columns.map((column, index) => cellXml(cellOf(column, item), `${letters(index)}${at}`)),
      )
    })
    yield Buffer.from(head + rows.join(''))
  }
  yield Buffer.from(`${begun ? '' : begin([])}</sheetData></worksheet>`)
}

function opening(sheet: Sheet, items: readonly Item[]): string {
  const columns = sheet.columns.map((column, index) => {
    const place = `min="${index + 1}" max="${index + 1}"`
    return `<col ${place} width="${widthOf(column, items)}" customWidth="1"/>`
  })
  const pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
  return (
    `${declaration}<worksheet xmlns="${main}"><sheetViews><sheetView tabSelected="1" workbookViewId="0">${pane}` +
    `</sheetView></sheetViews><cols>${columns.join('')}</cols><sheetData>`
  )
}

/** Wide enough for what the first rows hold, within bounds. */
function widthOf(column: Column, items: readonly Item[]): number {
  if (column.time !== undefined) return 20
  const lengths = items.slice(0, 100).map((item) => String(cellOf(column, item) ?? '').length)
  return Math.min(60, Math.max(column.name.length, ...lengths) + 2)
}

function rowOf(at: number, cells: readonly string[]): string {
  return `<row r="${at}">${cells.join('')}</row>`
}

function headingOf({ name }: Column, index: number): string {
  return textCell(name, `${letters(index)}1`, styles.heading)
}

function cellXml(cell: Cell, place: string): string {
  if (cell === null || cell === '') return ''
  if (cell instanceof Date) return `<c r="${place}" s="${styles.moment}"><v>${serialOf(cell)}</v></c>`
  if (typeof cell === 'number') return `<c r="${place}"><v>${cell}</v></c>`
  if (typeof cell === 'boolean') return `<c r="${place}" t="b"><v>${cell ? 1 : 0}</v></c>`
  return textCell(cell, place, styles.plain)
}

function textCell(text: string, place: string, style: number): string {
  return `<c r="${place}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${escaped(text)}</t></is></c>`
}

/** Days since the last day of 1899, with 1900 as the leap year that it was not. */
function serialOf(moment: Date): number {
  return moment.getTime() / 86_400_000 + 25_569
}

/** A, B, … Z, AA, … */
function letters(index: number): string {
  const last = String.fromCharCode(65 + (index % 26))
  return index < 26 ? last : letters(Math.floor(index / 26) - 1) + last
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** XML 1.0 §2.2 has no other control characters and no half of a pair. `_x…_` would be read as an escape (§22.4.2.4). */
function escaped(text: string): string {
  const cut = text.length > longestCell ? `${text.slice(0, longestCell - 1)}…` : text
  return cut
    .toWellFormed()
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/_(?=x[0-9a-fA-F]{4}_)/g, '_x005F_')
    .replace(/[&<>"]/g, (character) => entities[character] ?? character)
    .replaceAll('\r', '&#13;')
}

function parts(sheet: Sheet): Record<string, string> {
  const { title, asked, madeAt } = sheet
  const description = asked.map(([name, value]) => `${name}=${value}`).join(' ')
  const core = 'http://purl.org/dc'
  return {
    '[Content_Types].xml':
      `${declaration}<Types xmlns="${packaged}/content-types"><Default Extension="rels" ` +
      `ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
      `<Override PartName="/docProps/core.xml" ` +
      `ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>` +
      `<Override PartName="/xl/workbook.xml" ContentType="${contentType}.sheet.main+xml"/>` +
      `<Override PartName="/xl/styles.xml" ContentType="${contentType}.styles+xml"/>` +
      `<Override PartName="/xl/worksheets/sheet1.xml" ContentType="${contentType}.worksheet+xml"/></Types>`,
    '_rels/.rels':
      `${declaration}<Relationships xmlns="${packaged}/relationships">` +
      `<Relationship Id="rId1" Type="${relationships}/officeDocument" Target="xl/workbook.xml"/>` +
      `<Relationship Id="rId2" Type="${packaged}/relationships/metadata/core-properties" ` +
      `Target="docProps/core.xml"/></Relationships>`,
    'docProps/core.xml':
      `${declaration}<cp:coreProperties xmlns:cp="${packaged}/metadata/core-properties" ` +
      `xmlns:dc="${core}/elements/1.1/" xmlns:dcterms="${core}/terms/" ` +
      `xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>${escaped(title)}</dc:title>` +
      `<dc:description>${escaped(description)}</dc:description><dcterms:created xsi:type="dcterms:W3CDTF">` +
      `${madeAt.toISOString()}</dcterms:created></cp:coreProperties>`,
    'xl/workbook.xml':
      `${declaration}<workbook xmlns="${main}" xmlns:r="${relationships}"><sheets>` +
      `<sheet name="${escaped(sheetName(title))}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels':
      `${declaration}<Relationships xmlns="${packaged}/relationships">` +
      `<Relationship Id="rId1" Type="${relationships}/worksheet" Target="worksheets/sheet1.xml"/>` +
      `<Relationship Id="rId2" Type="${relationships}/styles" Target="styles.xml"/></Relationships>`,
    'xl/styles.xml': stylesXml,
  }
}

/** At most 31 characters, of those that a sheet's name may have. */
function sheetName(title: string): string {
  return title.replace(/[[\]:*?/\\']/g, ' ').slice(0, 31)
}

const fill = (kind: string): string => `<fill><patternFill patternType="${kind}"/></fill>`
const format = (formatId: number, fontId: number): string =>
  `<xf numFmtId="${formatId}" fontId="${fontId}" fillId="0" borderId="0" xfId="0" ` +
  'applyNumberFormat="1" applyFont="1"/>'

/** In the order of `styles`. */
const stylesXml =
  `${declaration}<styleSheet xmlns="${main}"><numFmts count="1">` +
  '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>' +
  '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>' +
  '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>' +
  `<fills count="2">${fill('none')}${fill('gray125')}</fills>` +
  '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>' +
  '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>' +
  `<cellXfs count="3">${format(0, 0)}${format(0, 1)}${format(164, 0)}</cellXfs></styleSheet>`
