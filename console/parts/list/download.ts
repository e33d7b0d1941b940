/**
 * A list as a file. Not a plain link: a refusal (too many rows for a PDF, a session that ended) has to be told on the
 * page, where a browser would only say that a download failed.
 */
import { ProblemError, UnexpectedAnswer } from '#contract/caller.ts'
import type { Operation } from '#contract/operation.ts'
import { type ExportFormat, mostChosen } from '#contract/page.ts'
import { problem, problemMediaType } from '#contract/problem.ts'
import { apiRoot, sessionAgain } from '../api/session.ts'

export interface Wanted {
  readonly operation: Operation
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly format: ExportFormat
  readonly columns: readonly string[]
  readonly part: WantedPart
}

/** Neither: the whole filtered list. */
export interface WantedPart {
  readonly page?: { readonly page: number; readonly page_size: number }
  readonly ids?: readonly string[]
}

/** What servers and proxies surely take as the first line of a request. */
const longestAddress = 14_000

/**
 * Fetches the file and hands it to the browser. `too many`: more rows by name than fit into one request. A refusal is
 * thrown as `ProblemError`.
 */
export async function download(wanted: Wanted): Promise<'saved' | 'too many'> {
  const address = addressOf(wanted)
  const { ids = [] } = wanted.part
  if (ids.length > mostChosen || address.length > longestAddress) return 'too many'
  const answer = await fetch(address, { redirect: 'error' })
  if (answer.status === 401) {
    await sessionAgain()
    return download(wanted)
  }
  if (!answer.ok) throw await refusalOf(answer)
  hand(await answer.blob(), nameOf(answer) ?? `${wanted.operation.id.replace('.', '-')}.${wanted.format}`)
  return 'saved'
}

function addressOf({ operation, params, query, format, columns, part }: Wanted): string {
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  const asked = new URLSearchParams({ ...query, format, columns: columns.join(','), ...partOf(part) })
  return `${apiRoot}${path}?${asked.toString()}`
}

function partOf({ page, ids }: WantedPart): Record<string, string> {
  if (page !== undefined) return { only: 'page', page: String(page.page), page_size: String(page.page_size) }
  return ids === undefined ? {} : { ids: ids.map(encodeURIComponent).join(',') }
}

async function refusalOf(answer: Response): Promise<Error> {
  if (!answer.headers.get('content-type')?.startsWith(problemMediaType)) return new UnexpectedAnswer(answer.status)
  const told = problem.safeParse(await answer.json())
  return told.success ? new ProblemError(told.data) : new UnexpectedAnswer(answer.status)
}

function nameOf(answer: Response): string | undefined {
  return /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '')?.[1]
}

/** Gives the browser a file to save under a name. */
export function hand(bytes: Blob, name: string): void {
  const url = URL.createObjectURL(bytes)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser takes its time to begin; the memory is small.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
