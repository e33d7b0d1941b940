/**
 * The client's side of the truth: every request with its answer, and what the server owes after it acknowledged a
 * write. After recovery the audit counts L = acknowledged writes that are missing, D = one-time items that were honoured
 * twice, B = requests that got neither an answer nor a clean error in time. All three have to be 0.
 */

/** What the longest honest request may take. */
const ANSWER_MILLISECONDS = 30_000

/** What came over the wire: an experiment says by what it looks for what it has to be. */
export type Parsed = ReturnType<JSON['parse']>

export interface Answer {
  /** undefined: the connection broke, and nobody knows what the server did. */
  readonly status: number | undefined
  readonly retryAfter: string | undefined
  readonly body: Parsed
  readonly seconds: number
}

export interface Entry {
  /** What was wanted, such as `refresh`. */
  readonly what: string
  readonly status: number | 'lost' | 'refused' | 'silent'
  readonly seconds: number
}

export interface Audit {
  readonly requests: number
  /** Requests whose connection broke before their answer: what the faults did. Refused connections do not count. */
  readonly lost: number
  /** Answers 503 with Retry-After. */
  readonly unavailable: number
  /** Acknowledged writes that were looked for. */
  readonly owed: number
  readonly L: number
  readonly D: number
  readonly B: number
  /** A sentence for each of the three. */
  readonly findings: readonly string[]
}

/** undefined: it is as acknowledged; else a sentence about what is there instead. */
type Verify = () => Promise<string | undefined>

export class Ledger {
  readonly journal: Entry[] = []
  /** Requests that were answered, with whatever. */
  answered = 0
  readonly #owed = new Map<string, Verify>()
  readonly #honoured = new Map<string, Set<string>>()
  readonly #missing: string[] = []
  readonly #broken: string[] = []

  /** Sends one request and writes down what came of it. */
  async send(what: string, url: string, init: RequestInit = {}): Promise<Answer> {
    const began = performance.now()
    const seconds = () => (performance.now() - began) / 1000
    try {
      const response = await fetch(url, { ...init, signal: AbortSignal.timeout(ANSWER_MILLISECONDS) })
      const text = await response.text()
      const retryAfter = response.headers.get('retry-after') ?? undefined
      const answer = { status: response.status, retryAfter, body: parsed(text), seconds: seconds() }
      this.#judge(what, answer, text)
      return answer
    } catch (error) {
      const silent = error instanceof Error && error.name === 'TimeoutError'
      if (silent) this.#broken.push(`${what}: no answer in ${ANSWER_MILLISECONDS / 1000} s`)
      this.journal.push({ what, status: silent ? 'silent' : nameOf(error), seconds: seconds() })
      return { status: undefined, retryAfter: undefined, body: undefined, seconds: seconds() }
    }
  }

  /** Outages say when to come again; every other 5xx is a fault of the server. */
  #judge(what: string, { status, retryAfter, seconds }: Answer & { status: number }, text: string): void {
    this.journal.push({ what, status, seconds })
    this.answered += 1
    if (status >= 500 && !(status === 503 && retryAfter !== undefined)) {
      this.#broken.push(`${what}: ${status} ${text.slice(0, 200)}`)
    }
  }

  /** An acknowledged write, and how to look for it; a later one on the same `key` takes its place. */
  owes(key: string, verify: Verify): void {
    this.#owed.set(key, verify)
  }

  /** A later request on `key` is under way: what will hold is not known before its answer. */
  suspends(key: string): void {
    this.#owed.delete(key)
  }

  /** A one-time `item` was honoured, with this result; the same result again is the same answer again. */
  honoured(item: string, result: string): void {
    const results = this.#honoured.get(item)
    if (results === undefined) this.#honoured.set(item, new Set([result]))
    else results.add(result)
  }

  /** An acknowledged write turned out to be missing while the experiment ran. */
  missing(sentence: string): void {
    this.#missing.push(sentence)
  }

  /** A caller tried again and again and got neither an answer nor an outage that ends. */
  unanswered(sentence: string): void {
    this.#broken.push(sentence)
  }

  /** Looks for everything that is owed; to be called once, when the server is back. */
  async audit(): Promise<Audit> {
    const owed = [...this.#owed.values()]
    const look = owed.values()
    const reader = async (): Promise<void> => {
      for (const verify of look) {
        const found = await verify()
        if (found !== undefined) this.missing(found)
      }
    }
    await Promise.all(Array.from({ length: 16 }, reader))
    const twice = [...this.#honoured].filter(([, results]) => results.size > 1).map(([item]) => item)
    return {
      requests: this.journal.length,
      lost: this.journal.filter(({ status }) => status === 'lost').length,
      unavailable: this.journal.filter(({ status }) => status === 503).length,
      owed: owed.length,
      L: this.#missing.length,
      D: twice.length,
      B: this.#broken.length,
      findings: [...this.#missing, ...twice.map((item) => `${item} was honoured twice`), ...this.#broken],
    }
  }
}

function nameOf(error: unknown): 'lost' | 'refused' {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED' ? 'refused' : 'lost'
}

function parsed(text: string): Parsed {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
