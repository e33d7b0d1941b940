/** `token`: a token by any grant, and what is in it. Nothing is verified: whoever asked for it got it over the wire. */
import { type Command, Option } from 'commander'
import { givenSecret, type SecretSource } from './credentials.ts'
import { CommandFailed, EXIT } from './exit.ts'
import { fields, json } from './print.ts'
import { type GrantOptions, grants } from './token-grants.ts'
import { proofMethods, proofOf, type TokenAnswer } from './token-request.ts'
import { wayOutTo } from './way-out.ts'
import type { World } from './world.ts'

interface TokenOptions extends SecretSource, GrantOptions {
  readonly grant: string
  readonly authMethod: (typeof proofMethods)[number]
  readonly clientId: string
  readonly realm: string
  readonly issuer?: string
  readonly json?: true
  readonly raw?: true
}

export function addTokenCommand(program: Command, world: World): void {
  program
    .command('token')
    .description('fetch a token by any grant, and show what is in it')
    .requiredOption('--client-id <id>', 'the client')
    .addOption(new Option('--grant <name>', 'how').choices(Object.keys(grants)).default('client_credentials'))
    .option('--secret-file <file>', 'its secret, in a file that only you can read; - is standard input')
    .option('--secret-env <name>', 'its secret, in this variable; a public client has none')
    .addOption(
      new Option('--auth-method <name>', 'where the secret stands').choices(proofMethods).default(proofMethods[0]),
    )
    .option('--realm <name>', 'the realm', 'default')
    .option('--issuer <url>', 'the issuer, instead of a realm of this installation')
    .option('--scope <scopes>', 'space-delimited; left out: what the client gets by default')
    .option('--redirect-uri <url>', 'of the client, for authorization_code')
    .option('--username <name>', 'whose, for password')
    .option('--password-file <file>', 'and the password; - is standard input')
    .option('--refresh-token-file <file>', 'for refresh_token; - is standard input')
    .option('--json', 'print the answer and what is in the tokens as JSON')
    .option('--raw', 'print the access token and nothing else')
    .action((options: TokenOptions) => printToken(world, options))
}

async function printToken(world: World, options: TokenOptions): Promise<void> {
  const clientSecret = await givenSecret(world, options)
  if (clientSecret === undefined && options.grant === 'client_credentials') {
    throw new CommandFailed(
      EXIT.usage,
      'the secret is missing: --secret-file FILE (- is standard input) or --secret-env NAME',
    )
  }
  const named = options.issuer ?? `${world.settings().publicUrl}/realms/${encodeURIComponent(options.realm)}`
  const issuer = named.replace(/\/$/, '')
  const client = proofOf(options.clientId, clientSecret, options.authMethod)
  const answer = await grants[options.grant]?.({ world, wayOut: wayOutTo(issuer), issuer, client, options })
  if (answer === undefined) throw new CommandFailed(EXIT.usage, `there is no grant ${options.grant}`)
  if (options.raw) return world.out(`${answer.access_token}\n`)
  const decoded = decode(answer.access_token)
  const identity = answer.id_token === undefined ? undefined : decode(answer.id_token)
  if (options.json) return world.out(json({ answer, ...decoded, ...(identity && { id_token: identity }) }))
  world.out(describe(answer, decoded, identity))
}

interface Decoded {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

function describe(answer: TokenAnswer, decoded: Decoded | undefined, identity: Decoded | undefined): string {
  const parts = [fields(answer)]
  if (decoded) parts.push('header', indented(fields(decoded.header)), 'claims', indented(fields(decoded.claims)))
  else parts.push('The access token is opaque: introspection tells what it means.\n')
  if (identity) parts.push('claims of the ID token', indented(fields(identity.claims)))
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
