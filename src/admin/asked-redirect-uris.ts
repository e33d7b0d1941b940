/** Redirect URIs that requests named in vain: shown with what is odd about them, approved by typing the host, forgotten. */
import * as contract from '#contract/asked-redirect-uri.ts'
import { redirectUriProblem } from '#contract/uri.ts'
import {
  type AskedRedirectUri,
  findAskedRedirectUri,
  forgetAskedRedirectUri,
  listAskedRedirectUris,
} from '#store/asked-redirect-uris.ts'
import { updateClient } from '#store/client-changes.ts'
import type { Client } from '#store/clients.ts'
import { type Call, type Handled, handle, wholePage } from './call.ts'
import { clientOfPath } from './clients.ts'
import { isPunycode, lookAlikeOf } from './look-alike.ts'
import { builtIn, conflict, invalidField, notFound } from './problem.ts'

/** As the contract bounds the list. */
const MOST_REDIRECT_URIS = 100

export const askedRedirectUriHandlers: readonly Handled[] = [
  handle(contract.listAskedRedirectUris, async ({ context, realm, params }) => {
    const client = await clientOfPath(context, realm, params.client_id)
    const known = client.redirect_uris.map(hostOf)
    const asked = await listAskedRedirectUris(context.db, client.id)
    return { value: wholePage(asked.map((row) => shown(row, known))) }
  }),

  handle(contract.approveRedirectUri, approve),

  handle(contract.forgetRedirectUri, async ({ context, realm, params }) => {
    const client = await clientOfPath(context, realm, params.client_id)
    if (!(await forgetAskedRedirectUri(context.db, client.id, params.id))) throw notFound('redirect URI')
    return { value: undefined }
  }),
]

async function approve({ context, actor, realm, params, body }: Call<typeof contract.approveRedirectUri>) {
  const client = await clientOfPath(context, realm, params.client_id)
  if (client.built_in) throw builtIn('client')
  const asked = await findAskedRedirectUri(context.db, client.id, params.id)
  if (!asked) throw notFound('redirect URI')
  const { redirect_uri } = asked
  const problem = redirectUriProblem(redirect_uri)
  if (problem !== undefined) throw conflict(`this redirect URI cannot be registered: it ${problem}`)
  if (body.host !== hostOf(redirect_uri)) throw invalidField('host', 'is not the host of this redirect URI')
  const changed = await updateClient(context.db, actor, realm.id, client.client_id, (current) => ({
    redirect_uris: withUri(current, redirect_uri),
  }))
  if (!changed) throw notFound('client')
  await forgetAskedRedirectUri(context.db, client.id, asked.id)
  return { value: { redirect_uris: [...changed.redirect_uris] } }
}

function withUri({ redirect_uris }: Client, uri: string): readonly string[] {
  if (redirect_uris.includes(uri)) return redirect_uris
  if (redirect_uris.length >= MOST_REDIRECT_URIS) throw conflict('the client has as many redirect URIs as it may have')
  return [...redirect_uris, uri]
}

function shown(row: AskedRedirectUri, known: readonly string[]) {
  const { client_id: _, ...rest } = row
  const host = hostOf(row.redirect_uri)
  return {
    ...rest,
    host,
    is_punycode: isPunycode(host),
    looks_like: lookAlikeOf(host, known),
    problem: redirectUriProblem(row.redirect_uri) ?? null,
  }
}

/** What tells where the answer would go: host and port, or the scheme of a private-use URI. */
function hostOf(uri: string): string {
  const authority = /^https?:\/\/([^/?]+)/i.exec(uri)?.[1]
  return authority === undefined ? uri.slice(0, uri.indexOf(':')) : authority.toLowerCase()
}
