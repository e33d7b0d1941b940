/**
 * A list as a file. Not a plain link: a refusal (too many rows for a PDF, a session that ended) has to be told on the
 * page, where a browser would only say that a download failed.
 */
import { ProblemError, UnexpectedAnswer } from '#contract/caller.ts'
import type { Operation } from '#contract/operation.ts'
import type { ExportFormat } from '#contract/page.ts'
import { problem, problemMediaType } from '#contract/problem.ts'
import { apiRoot, sessionAgain } from '../api/session.ts'

export interface Wanted {
  readonly operation: Operation
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly format: ExportFormat
  readonly columns: readonly string[]
}

/** Fetches the file and hands it to the browser. A refusal is thrown as `ProblemError`. */
export async function download(wanted: Wanted): Promise<void> {
  const answer = await fetch(addressOf(wanted), { redirect: 'error' })
  if (answer.status === 401) {
    await sessionAgain()
    return download(wanted)
  }
  if (!answer.ok) throw await refusalOf(answer)
  hand(await answer.blob(), nameOf(answer) ?? `${wanted.operation.id.replace('.', '-')}.${wanted.format}`)
}

function addressOf({ operation, params, query, format, columns }: Wanted): string {
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  return `${apiRoot}${path}?${new URLSearchParams({ ...query, format, columns: columns.join(',') }).toString()}`
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
