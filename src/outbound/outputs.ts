/** What a connector takes out of an answer: status, headers, the body or what a path or a pattern finds in it. */
import { Worker } from 'node:worker_threads'
import type { EgressResponse } from '#http/egress.ts'
import type { Connector } from '#store/connectors.ts'

const SEARCH_MS = 3000
const LIMITS = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 }

type Output = Connector['outputs'][number]
type Language = Exclude<Output['language'], 'none'>

export interface Search {
  readonly body: string
  readonly wanted: readonly { readonly name: string; readonly language: Language; readonly expression: string }[]
}

export interface Found {
  readonly name: string
  /** null: nothing was found. */
  readonly value?: unknown
  readonly isWrong?: true
}

export interface Outputs {
  /** JSON; null where nothing was found. */
  readonly values: Readonly<Record<string, unknown>>
  /** An output whose path, pattern or answer cannot be read, or took too long. */
  readonly wrong?: { readonly code: 'output_unreadable' | 'output_timeout'; readonly name: string }
}

export async function outputsOf(
  outputs: readonly Output[],
  { status, headers }: Pick<EgressResponse, 'status' | 'headers'>,
  body: string,
): Promise<Outputs> {
  const values: Record<string, unknown> = {}
  const wanted: Search['wanted'][number][] = []
  for (const { name, from, language, expression } of outputs) {
    if (from === 'status') values[name] = status
    else if (from === 'header') values[name] = headerOf(headers[expression.toLowerCase()])
    else if (language === 'none') values[name] = body
    else {
      values[name] = null
      wanted.push({ name, language, expression })
    }
  }
  const [first] = wanted
  if (first === undefined) return { values }
  const found = await searched({ body, wanted })
  if (found === undefined) return { values, wrong: { code: 'output_timeout', name: first.name } }
  for (const { name, value } of found) values[name] = value ?? null
  const wrong = found.find(({ isWrong }) => isWrong)
  return wrong ? { values, wrong: { code: 'output_unreadable', name: wrong.name } } : { values }
}

function headerOf(value: string | readonly string[] | undefined): string | null {
  return value === undefined ? null : typeof value === 'string' ? value : value.join(', ')
}

/** undefined: it took too long, or too much memory. */
async function searched(search: Search): Promise<readonly Found[] | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly Found[] | undefined>()
  const worker = new Worker(new URL('./output-worker.ts', import.meta.url), {
    workerData: search,
    resourceLimits: LIMITS,
  })
  const timer = setTimeout(() => resolve(undefined), SEARCH_MS)
  worker.once('message', resolve)
  worker.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') resolve(undefined)
    else reject(error)
  })
  worker.once('exit', () => resolve(undefined))
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    await worker.terminate()
  }
}
