/**
 * A PDF for reading and filing. It holds the whole document in memory while it is laid out, so it is made in a thread of
 * its own, of a stated number of rows and columns at most; what is longer is for the other formats. Its font has the
 * Latin, Greek and Cyrillic letters; others, and right-to-left order, it does not show: they are in csv, xlsx and json.
 */
import { Worker } from 'node:worker_threads'
import { type Cell, cellOf } from './columns.ts'
import type { Batches, Sheet } from './sheet.ts'

export const mostPdfRows = 2000
export const mostPdfColumns = 12
/** Where none are asked for: as many as can be read beside each other. */
export const usualPdfColumns = 8
/** A cell of a page is for a glance. */
const longestText = 300
/** Characters that fit beside each other on a page. */
const pageWidth = 200
const madeWithin = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 64 }

/** All texts are ready to be printed. */
export interface PdfDocument {
  readonly title: string
  readonly notes: readonly string[]
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** The thread starts when the first part is asked for, and ends with the iteration, finished or not. */
export function pdf(sheet: Sheet, batches: Batches): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]() {
      const stopped = new AbortController()
      let isDone = false
      return {
        async next() {
          if (isDone) return { done: true, value: undefined }
          isDone = true
          const value = await laidOut(await documentOf(sheet, batches, stopped.signal), stopped.signal)
          return value === undefined ? { done: true, value } : { done: false, value }
        },
        async return() {
          isDone = true
          stopped.abort()
          return { done: true, value: undefined }
        },
      }
    },
  }
}

async function documentOf(sheet: Sheet, batches: Batches, stopped: AbortSignal): Promise<PdfDocument> {
  const { columns, columnsInAll, total, madeAt } = sheet
  const rows: (readonly string[])[] = []
  for await (const items of batches) {
    if (stopped.aborted) break
    for (const item of items) rows.push(columns.map((column) => broken(textOf(cellOf(column, item)), columns.length)))
  }
  const asked = sheet.asked.map(([name, value]) => `${name}=${value}`).join('   ')
  const of = columns.length < columnsInAll ? `${columns.length} of ${columnsInAll} columns` : `${columnsInAll} columns`
  const notes = [`${total} rows, ${of}, ${momentOf(madeAt)} UTC`, ...(asked === '' ? [] : [asked])]
  return { title: sheet.title, notes, head: columns.map(({ name }) => name), rows }
}

function textOf(cell: Cell): string {
  if (cell === null) return ''
  if (cell instanceof Date) return momentOf(cell)
  const text = String(cell)
    .toWellFormed()
    .replace(/\p{Cc}/gu, ' ')
  return text.length > longestText ? `${text.slice(0, longestText - 1).toWellFormed()}…` : text
}

/** A word that is wider than its column may be broken where a space of no width stands. */
function broken(text: string, columns: number): string {
  const width = Math.max(8, Math.floor(pageWidth / columns) - 4)
  return text.replace(new RegExp(`\\S{${width}}(?=\\S)`, 'gu'), '$&\u200b')
}

function momentOf(moment: Date): string {
  return moment.toISOString().slice(0, 19).replace('T', ' ')
}

/** undefined: nobody waits for it any more. */
function laidOut(document: PdfDocument, stopped: AbortSignal): Promise<Uint8Array | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array | undefined>()
  if (stopped.aborted) return Promise.resolve(undefined)
  const worker = new Worker(new URL('./pdf-worker.ts', import.meta.url), {
    workerData: document,
    resourceLimits: madeWithin,
  })
  const stop = (): void => {
    resolve(undefined)
    void worker.terminate()
  }
  stopped.addEventListener('abort', stop, { once: true })
  worker.once('message', resolve)
  worker.once('error', reject)
  worker.once('exit', (code) => reject(new Error(`the PDF was not made (exit ${code})`)))
  return promise.finally(() => {
    stopped.removeEventListener('abort', stop)
    void worker.terminate()
  })
}
