/**
 * `login`, `whoami`, `logout`: a person at a terminal. Who has logged in is who the other commands act as; tokens are
 * renewed as they run out, and each renewal is in the file before it is used, because the one before is spent by it.
 */
import type { Command } from 'commander'
import { z } from 'zod'
import { awaitTokens, beginLogin, discover, shownUrl } from './device-login.ts'
import { CommandFailed, EXIT } from './exit.ts'
import { fields, json, safe } from './print.ts'
import { findLogin, forgetLogin, type SavedLogin, saveLogin } from './saved-logins.ts'
import { askTokenEndpoint, noToken, parsed, postForm, proofOf, type TokenAnswer } from './token-request.ts'
import { wayOutTo } from './way-out.ts'
import type { World } from './world.ts'

const CLIENT_ID = 'sallyport-cli'
const SCOPE = 'openid profile offline_access sallyport_api'
/** A token with less time left is renewed: the call that it is for takes a while. */
const MARGIN_SECONDS = 60

interface LoginOptions {
  readonly issuer?: string
  readonly scope: string
}

interface IssuerOptions {
  readonly issuer?: string
  readonly json?: true
}

export function addLoginCommands(program: Command, world: World): void {
  const issuer = ['--issuer <url>', 'the issuer, instead of realm system of this installation'] as const
  program
    .command('login')
    .description('log in with a browser, on this device or another; the other commands then act as you')
    .option(...issuer)
    .option('--scope <scopes>', 'what the command line may do', SCOPE)
    .action((options: LoginOptions) => login(world, options))
  program
    .command('whoami')
    .description('who is logged in')
    .option(...issuer)
    .option('--json', 'print it as JSON')
    .action((options: IssuerOptions) => whoami(world, options))
  program
    .command('logout')
    .description('end the login of this machine')
    .option(...issuer)
    .action((options: IssuerOptions) => logout(world, options))
}

function issuerOf(world: World, { issuer }: IssuerOptions): string {
  return (issuer ?? `${world.settings().publicUrl}/realms/system`).replace(/\/$/, '')
}

async function login(world: World, options: LoginOptions): Promise<void> {
  const issuer = issuerOf(world, options)
  const wayOut = wayOutTo(issuer)
  const found = await discover(wayOut, issuer)
  const client = proofOf(CLIENT_ID, undefined, 'client_secret_basic')
  const begun = await beginLogin(wayOut, found.device_authorization_endpoint, client, options.scope)
  const complete = begun.verification_uri_complete
  world.out(`Open ${shownUrl(begun.verification_uri)} and enter the code ${safe(begun.user_code)}\n`)
  if (complete !== undefined) world.out(`or open ${shownUrl(complete)} and compare it\n`)
  const answer = await awaitTokens(wayOut, found.token_endpoint, client, begun)
  const saved = {
    client_id: CLIENT_ID,
    token_endpoint: found.token_endpoint,
    revocation_endpoint: found.revocation_endpoint,
    userinfo_endpoint: found.userinfo_endpoint,
    ...tokensOf(answer, options.scope),
  }
  saveLogin(world, issuer, saved)
  const { preferred_username: name, sub } = await userinfo(saved, issuer)
  world.out(`Logged in as ${safe(name ?? sub)}\n`)
}

type Tokens = Pick<SavedLogin, 'access_token' | 'expires_at' | 'scope' | 'refresh_token'>

/** RFC 6749 §5.1: a scope that is left out is what was asked for. */
function tokensOf(answer: TokenAnswer, asked: string): Tokens {
  return {
    access_token: answer.access_token,
    expires_at: Math.floor(Date.now() / 1000) + (answer.expires_in ?? 0),
    scope: answer.scope ?? asked,
    ...(answer.refresh_token !== undefined && { refresh_token: answer.refresh_token }),
  }
}

/** The access token of who has logged in there, renewed where it is about to end; undefined: nobody has. */
export async function loginToken(world: World, issuer: string): Promise<string | undefined> {
  return (await liveLogin(world, issuer))?.access_token
}

async function liveLogin(world: World, issuer: string): Promise<SavedLogin | undefined> {
  const saved = findLogin(world, issuer)
  if (saved === undefined || saved.expires_at - MARGIN_SECONDS > Date.now() / 1000) return saved
  const { refresh_token, client_id } = saved
  if (refresh_token === undefined) throw ended('it has expired')
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token, client_id })
  const asked = await askTokenEndpoint(wayOutTo(issuer), saved.token_endpoint, body)
  if ('refusal' in asked) throw asked.refusal.error === 'invalid_grant' ? ended('it was ended') : noToken(asked)
  const renewed = { ...saved, ...tokensOf(asked.answer, saved.scope) }
  saveLogin(world, issuer, renewed)
  return renewed
}

/** Nobody else's name is used instead: what a command does must not depend on when a login ran out. */
function ended(why: string): CommandFailed {
  return new CommandFailed(EXIT.refused, `your login is over (${why}): sallyport login, or sallyport logout`)
}

const person = z.looseObject({ sub: z.string(), preferred_username: z.string().optional() })

async function userinfo(saved: SavedLogin, issuer: string): Promise<z.infer<typeof person>> {
  const endpoint = saved.userinfo_endpoint
  if (endpoint === undefined) throw new CommandFailed(EXIT.unavailable, `${issuer} has no userinfo endpoint`)
  const headers = { authorization: `Bearer ${saved.access_token}`, accept: 'application/json' }
  const { status, body } = await wayOutTo(issuer)(endpoint, { headers })
  if (status === 401) throw ended('it was ended')
  const told = person.safeParse(parsed(body.toString()))
  if (status === 200 && told.success) return told.data
  throw new CommandFailed(EXIT.unavailable, `${endpoint} answers ${status} and not as a userinfo endpoint does`)
}

async function whoami(world: World, options: IssuerOptions): Promise<void> {
  const issuer = issuerOf(world, options)
  const saved = await liveLogin(world, issuer)
  if (saved === undefined) throw nobody(issuer)
  const who = { issuer, ...(await userinfo(saved, issuer)), scope: saved.scope }
  world.out(options.json ? json(who) : fields(who))
}

/** Forgotten here in any case; where the server could not be told, that is said. */
async function logout(world: World, options: IssuerOptions): Promise<void> {
  const issuer = issuerOf(world, options)
  const saved = findLogin(world, issuer)
  if (saved === undefined) throw nobody(issuer)
  forgetLogin(world, issuer)
  const { revocation_endpoint: endpoint, client_id } = saved
  const token = saved.refresh_token ?? saved.access_token
  if (endpoint === undefined) throw new CommandFailed(EXIT.unavailable, `forgotten here; ${issuer} revokes nothing`)
  const { status } = await postForm(wayOutTo(issuer), endpoint, new URLSearchParams({ token, client_id }))
  if (status !== 200) throw new CommandFailed(EXIT.unavailable, `forgotten here; the server answers ${status}`)
  world.out('Logged out\n')
}

function nobody(issuer: string): CommandFailed {
  return new CommandFailed(EXIT.refused, `nobody is logged in at ${safe(issuer)}`)
}
