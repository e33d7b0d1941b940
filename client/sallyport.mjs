// The client of the door out, for Node 20 and newer and every other runtime with `fetch`: an application's own bearer
// and the tokens of OAuth servers, fetched once, kept until shortly before they end, and asked for again when the
// server was away for a moment. Owns no rule: which token is good is the server's to say. It rests on nothing else, so
// that an application takes this one file and no more. Types: sallyport.d.mts.

/** @import { CallInit, Client, ClientOptions, KeptToken, TokenOptions } from './sallyport.d.mts' */

/** What the application may do at the door out; asked for together, so that one bearer does both. */
const SCOPE = 'outbound:token outbound:call'
/** A token that ends within this time is renewed behind the caller, who still gets it. */
const SOFT_MS = 30_000
/** One that ends within this time is not handed out any more: it would end on its way. */
const HARD_MS = 2_000
/** Tokens of many users are kept no longer than they are good. */
const MANY = 1_000
/** Where an answer names no life, it is used at once and not kept. */
const NO_LIFE_MS = 0
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000
/** A restart, a rolling update, a proxy without a server behind it: the same request may be sent again. */
const AWAY = new Set([502, 503, 504])

/** The door out said no, or was away for longer than the caller wanted to wait. */
export class SallyportError extends Error {
  /**
   * @param {string} message
   * @param {{ status?: number, code?: string, retryAfterSeconds?: number, cause?: unknown }} [detail]
   */
  constructor(message, detail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause })
    this.name = 'SallyportError'
    this.status = detail.status
    this.code = detail.code
    this.retryAfterSeconds = detail.retryAfterSeconds
  }
}

/**
 * @param {ClientOptions} options
 * @returns {Client}
 */
export function createClient(options) {
  const issuer = options.issuer.replace(/\/$/, '')
  const patienceMs = (options.wait_seconds ?? 30) * 1000
  const send = options.fetch ?? ((url, init) => fetch(url, init))
  /** @type {Map<string, KeptToken>} */
  const kept = new Map()
  /** @type {Map<string, Promise<KeptToken>>} */
  const flights = new Map()

  /**
   * A kept token while it lasts; else one request, whoever else asks meanwhile. A server that is away is not noticed by
   * who still has a good token.
   * @param {string} key
   * @param {() => Promise<KeptToken>} fetchIt
   */
  async function keptOr(key, fetchIt) {
    const held = kept.get(key)
    const rest = held === undefined ? 0 : held.ends_at_ms - Date.now()
    if (held !== undefined && rest > held.soft_ms) return held
    const flight = flights.get(key) ?? takeOff(key, fetchIt)
    if (held === undefined || rest <= Math.min(HARD_MS, held.soft_ms / 5)) return flight
    flight.catch(() => undefined)
    return held
  }

  /** @param {string} key @param {() => Promise<KeptToken>} fetchIt */
  function takeOff(key, fetchIt) {
    const flight = fetchIt()
      .then((token) => {
        if (kept.size >= MANY) forgetEnded()
        kept.set(key, token)
        return token
      })
      .finally(() => flights.delete(key))
    flights.set(key, flight)
    return flight
  }

  function forgetEnded() {
    for (const [key, token] of kept) if (token.ends_at_ms <= Date.now()) kept.delete(key)
  }

  /** @param {string} url @param {RequestInit} init */
  const patiently = (url, init) => sendPatiently(send, url, init, patienceMs)

  const bearer = () =>
    keptOr('', async () => {
      const answer = await patiently(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: basic(options.client_id, options.client_secret) },
        body: new URLSearchParams({ grant_type: 'client_credentials', scope: SCOPE }),
      })
      return tokenOf(answer)
    })

  /**
   * A request with our bearer; a bearer that was revoked before its time is replaced once.
   * @param {string | undefined} own a user's bearer: it is the user's to replace
   * @param {boolean} isRepeatable
   * @param {(authorization: string) => Promise<Response>} request
   */
  async function asCaller(own, isRepeatable, request) {
    if (own !== undefined) return request(`Bearer ${own}`)
    const answer = await request(`Bearer ${(await bearer()).access_token}`)
    if (answer.status !== 401 || !isRepeatable) return answer
    await answer.body?.cancel()
    kept.delete('')
    return request(`Bearer ${(await bearer()).access_token}`)
  }

  /** @param {string} server @param {string} rest */
  const door = (server, rest) => `${issuer}/outbound/${encodeURIComponent(server)}/${rest}`

  return {
    async token(server, who) {
      const fetchIt = async () => {
        const answer = await asCaller(who?.bearer, true, (authorization) =>
          patiently(door(server, 'token'), { method: 'POST', headers: { authorization } }),
        )
        return tokenOf(answer)
      }
      const { ends_at_ms: _, soft_ms: __, ...token } = await keptOr(`${server}\n${who?.bearer ?? ''}`, fetchIt)
      return token
    },

    async call(server, path, init = {}) {
      const { bearer: own, ...request } = init
      // What streams is gone when it was sent.
      const isRepeatable = !(request.body instanceof ReadableStream)
      return asCaller(own, isRepeatable, (authorization) => {
        const headers = new Headers(request.headers)
        headers.set('authorization', authorization)
        return send(door(server, `call/${path.replace(/^\//, '')}`), { ...request, headers })
      })
    },

    forget() {
      kept.clear()
    },
  }
}

/**
 * Sends again, with longer and longer pauses, while the server is away; gives up when the time is over. Only for
 * requests that may be sent twice: both of ours ask for what the server has anyway.
 * @param {(url: string, init: RequestInit) => Promise<Response>} send
 * @param {string} url
 * @param {RequestInit} init
 * @param {number} patienceMs
 */
async function sendPatiently(send, url, init, patienceMs) {
  const until = Date.now() + patienceMs
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    const { answer, error } = await send(url, init).then(
      (arrived) => ({ answer: arrived, error: undefined }),
      (reason) => ({ answer: undefined, error: reason }),
    )
    if (answer !== undefined && !AWAY.has(answer.status)) return answer
    const rest = Math.max(retryAfterMs(answer), pause * (0.5 + Math.random()))
    if (Date.now() + rest > until) {
      if (answer !== undefined) return answer
      throw new SallyportError('Sallyport does not answer', { cause: error })
    }
    await answer?.body?.cancel()
    await new Promise((resolve) => setTimeout(resolve, rest))
  }
}

/** @param {Response | undefined} answer */
function retryAfterMs(answer) {
  const seconds = Number(answer?.headers.get('retry-after') ?? 0)
  return Number.isFinite(seconds) ? seconds * 1000 : 0
}

/**
 * @param {Response} answer
 * @returns {Promise<KeptToken>}
 */
async function tokenOf(answer) {
  const text = await answer.text()
  const told = parsed(text)
  if (answer.status !== 200 || typeof told['access_token'] !== 'string') throw refusalOf(answer, told)
  const life = typeof told['expires_in'] === 'number' ? told['expires_in'] * 1000 : NO_LIFE_MS
  return {
    access_token: told['access_token'],
    token_type: textOf(told['token_type']) ?? 'Bearer',
    expires_at: life === NO_LIFE_MS ? undefined : Math.floor((Date.now() + life) / 1000),
    scope: textOf(told['scope']),
    ends_at_ms: Date.now() + life,
    // A short life is used for half of itself at least.
    soft_ms: Math.min(SOFT_MS, life / 2),
  }
}

/**
 * OAuth's errors and RFC 9457 problems, as one.
 * @param {Response} answer
 * @param {Record<string, unknown>} told
 */
function refusalOf(answer, told) {
  const code = textOf(told['code'] ?? told['error'])
  const message = textOf(told['detail'] ?? told['error_description'] ?? told['title'])
  const retry = retryAfterMs(answer) / 1000
  return new SallyportError(message ?? `unexpected answer ${answer.status}`, {
    status: answer.status,
    ...(code === undefined ? {} : { code }),
    ...(retry > 0 ? { retryAfterSeconds: retry } : {}),
  })
}

/** @param {unknown} value */
function textOf(value) {
  return typeof value === 'string' ? value : undefined
}

/**
 * @param {string} text
 * @returns {Record<string, unknown>}
 */
function parsed(text) {
  try {
    const value = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

/** RFC 6749 §2.3.1: both parts form-encoded first. @param {string} id @param {string} secret */
function basic(id, secret) {
  const encoded = [id, secret].map((part) => new URLSearchParams({ '': part }).toString().slice(1)).join(':')
  return `Basic ${btoa(encoded)}`
}
