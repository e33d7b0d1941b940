/** Requests and answers as people may see them: whole in form, without any secret or token. */
import type { RawAnswer } from './answer.ts'
import { readBody } from './read-body.ts'
import { BLANK, redact, secretsOf } from './redact.ts'
import type { GrantRequest, ServerSettings } from './settings.ts'
import { type HttpRequest, tokenRequest } from './token-request.ts'

const MAX_CHARACTERS = 10_000
/** An answer with more of them is no token answer, and is not worth the work. */
const MAX_SECRETS = 100
const SECRET_NAME = /token|secret|password|passwd|assertion|verifier|credential|signature|api_?key|^(code|key|hash)$/i
/** Names that speak of tokens and hold none. */
const PLAIN_NAME = /type|expir|hint|scope|error/i

export interface ShownRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

/** The token request that these settings would make now. Throws `UnusableSettings`. */
export function showTokenRequest(settings: ServerSettings, grant: GrantRequest): ShownRequest {
  return showRequest(tokenRequest(settings, grant, Date.now()), secretsOf(settings, grant))
}

export function showRequest({ method, url, headers, body }: HttpRequest, secrets: readonly string[]): ShownRequest {
  const clean = (text: string): string => redact(text, secrets, MAX_CHARACTERS)
  const shown = Object.entries(headers).map(([name, value]) => [name, name === 'authorization' ? BLANK : clean(value)])
  return {
    method,
    url: clean(url),
    headers: Object.fromEntries(shown) as Record<string, string>,
    body: body === undefined ? null : clean(body),
  }
}

/**
 * A stored answer without what it gave: every member whose name or place speaks of a secret is blanked; a body that
 * cannot be read is shown only as far as it surely holds none.
 */
export function showAnswer(
  settings: ServerSettings,
  grant: GrantRequest,
  { status, headers, body, ...raw }: RawAnswer,
): RawAnswer {
  const secrets = secretsOf(settings, grant)
  const { answer } = settings.profile
  const parsed = readBody({ status, headers, body, ...raw }, answer?.format)
  const { access_token = [], refresh_token = [], id_token = [] } = answer?.fields ?? {}
  const paths = [...access_token, ...refresh_token, ...id_token]
  const named = new Set(paths.map((path) => path.split('.').at(-1) ?? ''))
  const isTree = parsed.kind === 'tree'
  const given = isTree ? secretMembers(parsed.tree, named) : []
  if (given.length > MAX_SECRETS) return { status, headers: {}, body: BLANK, ...raw }
  secrets.push(...given)
  const shown = Object.entries(headers).map(([name, value]) => [name, redact(value, secrets, MAX_CHARACTERS)])
  const clean = redact(isTree ? body : unreadableShown(body, named), secrets, MAX_CHARACTERS)
  return { status, headers: Object.fromEntries(shown) as Record<string, string>, body: clean, ...raw }
}

/**
 * What is neither JSON nor a form nor XML (broken, cut off, a page) tells no member from another: it is shown up to the
 * first name that speaks of a secret, and without any word as long as a token.
 */
function unreadableShown(body: string, named: ReadonlySet<string>): string {
  let end = body.length
  for (const { 0: name, index } of body.matchAll(/[\w-]+/g)) {
    if (!speaksOfSecret(name, named)) continue
    end = index + name.length
    break
  }
  const start = body.slice(0, end).replaceAll(/[\w.~+/=%\\-]{16,}/g, BLANK)
  return end < body.length ? `${start} ${BLANK}` : start
}

function speaksOfSecret(name: string, named: ReadonlySet<string>): boolean {
  return (SECRET_NAME.test(name) && !PLAIN_NAME.test(name)) || named.has(name)
}

/** Every text under a name that speaks of a secret, whatever lies between. */
function secretMembers(tree: unknown, named: ReadonlySet<string>): string[] {
  const found: string[] = []
  const open: { value: unknown; secret: boolean }[] = [{ value: tree, secret: false }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, secret } = next
    if (typeof value === 'string' && secret) found.push(value)
    if (typeof value !== 'object' || value === null) continue
    for (const [name, member] of Object.entries(value)) {
      open.push({ value: member, secret: secret || speaksOfSecret(name, named) })
    }
  }
  return found
}
