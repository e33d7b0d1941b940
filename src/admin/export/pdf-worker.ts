/** The thread that lays out one PDF: it gets the document as plain data and answers its bytes. Reads nothing else. */
import { createRequire } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import pdf from 'pdfmake'
import type { TDocumentDefinitions, TFontDictionary } from 'pdfmake/interfaces.js'
import type { PdfDocument } from './pdf.ts'

const fonts = createRequire(import.meta.url)('pdfmake/fonts/Roboto.js') as TFontDictionary
const own = new Set(Object.values(fonts.Roboto ?? {}))

pdf.setFonts(fonts)
pdf.setUrlAccessPolicy(() => false)
pdf.setLocalAccessPolicy((path) => own.has(path))

function definitionOf({ title, notes, head, rows }: PdfDocument): TDocumentDefinitions {
  const heading = head.map((name) => ({ text: name, bold: true, fillColor: '#eeeeee' }))
  return {
    info: { title, creator: 'Sallyport', producer: 'Sallyport' },
    pageSize: 'A4',
    pageOrientation: 'landscape',
    pageMargins: [28, 28, 28, 36],
    defaultStyle: { font: 'Roboto', fontSize: 7 },
    content: [
      { text: title, fontSize: 14, bold: true, margin: [0, 0, 0, 4] },
      ...notes.map((text) => ({ text, color: '#555555' })),
      {
        margin: [0, 8, 0, 0],
        layout: 'lightHorizontalLines',
        table: {
          headerRows: 1,
          dontBreakRows: true,
          widths: head.map(() => '*'),
          body: [heading, ...rows.map((row) => [...row])],
        },
      },
    ],
    footer: (page, pages) => ({ text: `${page} / ${pages}`, alignment: 'right', margin: [0, 8, 28, 0] }),
  }
}

const bytes = await pdf.createPdf(definitionOf(workerData as PdfDocument)).getBuffer()
parentPort?.postMessage(new Uint8Array(bytes))
