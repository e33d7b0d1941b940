/**
 * What was asked of a provider and what it answered, for people who look for a fault: noted in memory, written behind at
 * most once a second, so that no token waits for it. Secrets and tokens are blanked before; what is left is sealed all
 * the same, because nobody can foresee where a stranger's answer has something secret.
 */
import { randomId } from '#crypto/random.ts'
import type { Seal, SealContext } from '#crypto/seal.ts'
import type { RawAnswer, Sent, TokenAnswer } from '#oauth-client/answer.ts'
import { redact, secretsOf } from '#oauth-client/redact.ts'
import { type ShownRequest, showAnswer, showRequest } from '#oauth-client/show.ts'
import type { HttpRequest } from '#oauth-client/token-request.ts'
import type { Log } from '#observe/log.ts'
import { addExchanges, type ConnectionExchange, listExchanges } from '#store/connection-exchanges.ts'
import type { ConnectionRow } from '#store/connections.ts'
import type { Database } from '#store/database.ts'
import type { Plan } from './grant.ts'

const WRITE_EVERY_MS = 1000
/** More than that in a second and the rest is not kept. */
const MOST_WAITING = 500
/** Of a longer answer the beginning is shown: it is no token answer, and not worth the work. */
const LONGEST_ANSWER = 64 * 1024

export interface Exchanged {
  readonly plan: Plan
  /** undefined: none could be made. */
  readonly request: HttpRequest | undefined
  readonly sent: Sent
  readonly answer: TokenAnswer
  readonly atMs: number
  readonly durationMs: number
}

interface Shown {
  readonly request: ShownRequest | null
  /** null: none came. */
  readonly answer: Omit<RawAnswer, 'truncated'> | null
}

export type ShownExchange = Omit<ConnectionExchange, 'realm_id' | 'connection_id' | 'shown_sealed' | 'expires_at'> &
  Shown

type Place = Pick<ConnectionRow, 'id' | 'realm_id'>

export class ExchangeLog {
  readonly #db: Database
  readonly #seal: Seal
  readonly #log: Log
  #waiting: (readonly [Place, Exchanged])[] = []
  #timer: NodeJS.Timeout | undefined
  #written: Promise<void> = Promise.resolve()

  constructor(db: Database, seal: Seal, log: Log) {
    this.#db = db
    this.#seal = seal
    this.#log = log
  }

  note(connection: Place, exchanged: Exchanged): void {
    if (this.#waiting.length >= MOST_WAITING) return
    const sent = cutShort(exchanged.sent)
    this.#waiting.push([
      { id: connection.id, realm_id: connection.realm_id },
      { ...exchanged, sent },
    ])
    this.#timer ??= setTimeout(() => void this.flush(), WRITE_EVERY_MS).unref()
  }

  /** All that was noted is written, by whomever. Never rejects: it is told to people and decides nothing. */
  flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const waiting = this.#waiting
    this.#waiting = []
    if (waiting.length > 0) this.#written = this.#written.then(() => this.#write(waiting))
    return this.#written
  }

  async #write(waiting: readonly (readonly [Place, Exchanged])[]): Promise<void> {
    try {
      await addExchanges(
        this.#db,
        waiting.map(([place, exchanged]) => this.#rowOf(place, exchanged)),
      )
    } catch (error) {
      this.#log.warn({ err: error }, 'the last exchanges with providers could not be written')
    }
  }

  /** Of one connection, newest first. */
  async list(connection: Place): Promise<readonly ShownExchange[]> {
    await this.flush()
    const rows = await listExchanges(this.#db.sql, connection.id)
    return rows.map(({ realm_id, connection_id, shown_sealed, expires_at: _expires, ...row }) => {
      const opened = this.#seal.open(shown_sealed, placeOf({ id: connection_id, realm_id }, row.id))
      return { ...row, ...(JSON.parse(opened.toString('utf8')) as Shown) }
    })
  }

  #rowOf(connection: Place, { plan, request, sent, answer, ...times }: Exchanged) {
    const id = randomId()
    const { settings, grant } = plan
    const refused = answer.kind === 'refused' ? answer : undefined
    const shown: Shown = {
      request: request === undefined ? null : showRequest(request, secretsOf(settings, grant)),
      answer: sent.kind === 'answer' ? answerOf(showAnswer(settings, grant, sent.raw), answer) : null,
    }
    return {
      id,
      realm_id: connection.realm_id,
      connection_id: connection.id,
      at_ms: times.atMs,
      duration_ms: times.durationMs,
      grant_type: grant.type,
      is_ok: refused === undefined ? 1 : 0,
      class: refused?.class ?? null,
      code: refused?.code ?? null,
      description: refused?.description ?? null,
      status: sent.kind === 'answer' ? sent.raw.status : null,
      shown_sealed: this.#seal.seal(JSON.stringify(shown), placeOf(connection, id)),
    }
  }
}

function cutShort(sent: Sent): Sent {
  if (sent.kind !== 'answer' || sent.raw.body.length <= LONGEST_ANSWER) return sent
  return { ...sent, raw: { ...sent.raw, body: sent.raw.body.slice(0, LONGEST_ANSWER / 4), truncated: true } }
}

/** What was taken from it is nowhere in it, whatever its place is called. */
function answerOf({ status, headers, body }: RawAnswer, read: TokenAnswer): Shown['answer'] {
  if (read.kind === 'refused') return { status, headers, body }
  const taken = [read.access_token, read.refresh_token, read.id_token].filter((token) => token !== null)
  return { status, headers, body: redact(body, taken, body.length) }
}

function placeOf(connection: Place, id: string): SealContext {
  return { realm: connection.realm_id, table: 'connection_exchanges', row: `${connection.id} ${id}`, field: 'shown' }
}
