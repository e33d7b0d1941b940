/**
 * A connector runs: its request is made from the values that were given, sent with the connection's token, and what it
 * is after is taken out of the answer. Every run that began leaves a row, with secrets masked. Does not own: who may run
 * it, and with whose connection.
 */
import { EgressError, type EgressStream } from '#http/egress.ts'
import { Refusal } from '#http/refusal.ts'
import { BLANK, redact } from '#oauth-client/redact.ts'
import { addConnectorRun, type ConnectorRun, type RunAnswer } from '#store/connector-runs.ts'
import type { Connector } from '#store/connectors.ts'
import { type ApiAnswer, callApi, noAnswer, profileOf } from './api-call.ts'
import { type ConnectorRequest, connectorRequest, type Values } from './connector-request.ts'
import type { OutboundContext } from './context.ts'
import type { TokenFor } from './fresh-token.ts'
import { layersFor, mergeLayers } from './layers.ts'
import { outputsOf } from './outputs.ts'
import { OutboundRefusal } from './problem.ts'

/** Of an answer, to look for outputs in. */
const MOST_BYTES = 10 * 1024 * 1024
/** Of a body, to be told in the log. */
const EXCERPT = 2000
const SECRET_NAME = /pass|secret|token|key|auth|credential|cookie|session|pin|otp|signature/i
/** A member of JSON or of a form whose name speaks of a secret, and its value. */
const SECRET_MEMBER =
  /("[^"\\]{0,64}(?:pass|secret|token|key|auth|credential|cookie|session)[^"\\]{0,64}"\s*:\s*)("(?:[^"\\]|\\.)*"?|[^\s,}\]]+)/gi
const SECRET_PAIR = /((?:^|[?&])[^=&\s]{0,64}(?:pass|secret|token|key|auth|credential|session)[^=&\s]{0,64}=)[^&\s]*/gi

export interface Runner {
  readonly kind: 'user' | 'client'
  readonly name: string
}

export interface Ran {
  readonly run: ConnectorRun
  /** JSON; null where nothing was found. */
  readonly outputs: Readonly<Record<string, unknown>>
}

/** 400 where the values do not fit; as the call proxy refuses where there is no token or no answer. */
export async function runConnector(
  context: OutboundContext,
  connector: Connector,
  wanted: TokenFor,
  runner: Runner,
  values: Values,
): Promise<Ran> {
  const { base_url } = mergeLayers(wanted.server, layersFor(wanted)).values
  const request = connectorRequest(connector, base_url, values)
  const log = new RunLog(context, connector, runner, request, values)
  try {
    const { placement } = await profileOf(context, wanted.server)
    const own = placement?.in === 'header' ? placement.name.toLowerCase() : 'authorization'
    const { [own]: _, ...headers } = request.headers
    const call = { ...request, headers, method: connector.method, timeoutMs: connector.timeout_ms }
    return await read(log, connector, await callApi(context, wanted, call))
  } catch (error) {
    const failure = error instanceof EgressError ? noAnswer(error) : error
    if (failure instanceof Refusal) {
      const code = failure instanceof OutboundRefusal ? failure.code : failure.error
      await log.write({ code, detail: failure.description })
    }
    throw failure
  }
}

async function read(log: RunLog, connector: Connector, { answer, token }: ApiAnswer): Promise<Ran> {
  const { status, headers } = answer
  log.mask(token)
  const bytes = connector.method === 'HEAD' ? Buffer.alloc(0) : await bodyOf(answer)
  const text = bytes.toString('utf8')
  const type = headers['content-type']
  const shown = {
    content_type: typeof type === 'string' ? type : null,
    bytes: bytes.length,
    excerpt: log.shown(text),
  }
  const { values: outputs, wrong } = await outputsOf(connector.outputs, answer, text)
  const code = status >= 400 ? `http_${status}` : (wrong?.code ?? null)
  const detail = status >= 400 ? `the API answered with status ${status}` : wrong ? `the output ${wrong.name}` : null
  return { run: await log.write({ code, detail, status, answer: shown }), outputs }
}

async function bodyOf({ body }: Pick<EgressStream, 'body'>): Promise<Buffer> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of body) {
    length += part.length
    if (length > MOST_BYTES) {
      throw new OutboundRefusal(502, 'no_answer', 'too_large', `the answer is longer than ${MOST_BYTES} bytes`)
    }
    parts.push(part)
  }
  return Buffer.concat(parts, length)
}

interface End {
  readonly code: string | null
  readonly detail: string | null
  readonly status?: number | null
  readonly answer?: RunAnswer | null
}

/** One row, whatever becomes of the run. */
class RunLog {
  readonly #context: OutboundContext
  readonly #connector: Connector
  readonly #runner: Runner
  readonly #request: ConnectorRequest
  readonly #secrets: string[]
  readonly #startedAtMs = Date.now()
  readonly #started = performance.now()

  constructor(
    context: OutboundContext,
    connector: Connector,
    runner: Runner,
    request: ConnectorRequest,
    values: Values,
  ) {
    this.#context = context
    this.#connector = connector
    this.#runner = runner
    this.#request = request
    this.#secrets = Object.entries(values).flatMap(([name, value]) => (SECRET_NAME.test(name) ? [value] : []))
  }

  mask(secret: string): void {
    this.#secrets.push(secret)
  }

  /** The beginning of a text, without what is secret in it. */
  shown(text: string): string {
    const start = text.slice(0, EXCERPT * 4)
    const members = start.replace(SECRET_MEMBER, `$1"${BLANK}"`).replace(SECRET_PAIR, `$1${BLANK}`)
    return redact(members, this.#secrets, EXCERPT)
  }

  async write({ code, detail, status = null, answer = null }: End): Promise<ConnectorRun> {
    const { db } = this.#context
    const { id, realm_id, method } = this.#connector
    const { url, body } = this.#request
    return await addConnectorRun(
      db,
      { realm_id, connector_id: id },
      {
        at_ms: this.#startedAtMs,
        duration_ms: Math.round(performance.now() - this.#started),
        actor_kind: this.#runner.kind,
        actor_name: this.#runner.name,
        result: code === null ? 'ok' : 'failed',
        status,
        code,
        detail: detail === null ? null : this.shown(detail),
        request: { method, url: this.shown(url), body: body === undefined ? null : this.shown(body) },
        answer,
      },
    )
  }
}
