/** `token`: a client's token, and what is in it. Nothing is verified: whoever asked for it got it over the wire. */
import type { Command } from 'commander'
import { givenSecret, type SecretSource } from './credentials.ts'
import { CommandFailed, EXIT } from './exit.ts'
import { fields, json } from './print.ts'
import { requestToken, type TokenAnswer } from './token-request.ts'
import { wayOutTo } from './way-out.ts'
import type { World } from './world.ts'

interface TokenOptions extends SecretSource {
  readonly clientId: string
  readonly realm: string
  readonly issuer?: string
  readonly scope?: string
  readonly json?: true
  readonly raw?: true
}

export function addTokenCommand(program: Command, world: World): void {
  program
    .command('token')
    .description('fetch a token by client credentials, and show what is in it')
    .requiredOption('--client-id <id>', 'the client')
    .option('--secret-file <file>', 'its secret, in a file that only you can read; - is standard input')
    .option('--secret-env <name>', 'its secret, in this variable')
    .option('--realm <name>', 'the realm', 'default')
    .option('--issuer <url>', 'the issuer, instead of a realm of this installation')
    .option('--scope <scopes>', 'space-delimited; left out: what the client gets by default')
    .option('--json', 'print the answer and what is in the token as JSON')
    .option('--raw', 'print the access token and nothing else')
    .action((options: TokenOptions) => printToken(world, options))
}

async function printToken(world: World, options: TokenOptions): Promise<void> {
  const clientSecret = await givenSecret(world, options)
  if (clientSecret === undefined) {
    throw new CommandFailed(
      EXIT.usage,
      'the secret is missing: --secret-file FILE (- is standard input) or --secret-env NAME',
    )
  }
  const issuer = options.issuer ?? `${world.settings().publicUrl}/realms/${encodeURIComponent(options.realm)}`
  const wayOut = wayOutTo(issuer)
  const endpoint = `${issuer.replace(/\/$/, '')}/token`
  const answer = await requestToken(wayOut, endpoint, { clientId: options.clientId, clientSecret }, options.scope)
  if (options.raw) return world.out(`${answer.access_token}\n`)
  const decoded = decode(answer.access_token)
  if (options.json) return world.out(json({ answer, ...decoded }))
  world.out(describe(answer, decoded))
}

interface Decoded {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

function describe(answer: TokenAnswer, decoded: Decoded | undefined): string {
  const parts = [fields(answer)]
  if (decoded) parts.push('header', indented(fields(decoded.header)), 'claims', indented(fields(decoded.claims)))
  else parts.push('The access token is opaque: introspection tells what it means.\n')
  return parts.map((text) => (text.endsWith('\n') ? text : `\n${text}\n`)).join('')
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ')
}

/** The parts of a JWT (RFC 7519 §3); undefined for anything else. */
function decode(token: string): Decoded | undefined {
  const [header, claims, signature, more] = token.split('.')
  if (!header || !claims || signature === undefined || more !== undefined) return undefined
  try {
    return { header: part(header), claims: part(claims) }
  } catch {
    return undefined
  }
}

function part(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
  if (typeof value !== 'object' || value === null) throw new TypeError('not an object')
  return { ...value }
}
