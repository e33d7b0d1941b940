/** What the façades share: whose the paths are, and a request as our own endpoints read it. */
import type { Handler, Request, Response } from '#http/message.ts'
import { Refusal } from '#http/refusal.ts'
import type { IssuerContext } from '#issuer/context.ts'
import { findFacadeRealm, type Realm } from '#store/realms.ts'

export type FacadeName = 'appmill' | 'spring' | 'onesait'
export type Endpoint = (context: IssuerContext, realm: Realm, request: Request) => Promise<Response>

/** The endpoint in the realm that owns the façade; where none does there is nothing, as at any path that is not ours. */
export function inFacade(context: IssuerContext, facade: FacadeName, endpoint: Endpoint): Handler {
  return async (request) => {
    const realm = await findFacadeRealm(context.db, facade)
    if (!realm?.enabled) throw new Refusal(404, 'not_found', 'there is nothing here', { facade })
    return await endpoint(context, realm, request)
  }
}

/** Counts what it refuses, as the token endpoint does. */
export function countingRefusals(endpoint: Endpoint): Endpoint {
  return async (context, realm, request) => {
    try {
      return await endpoint(context, realm, request)
    } catch (problem) {
      context.metrics.tokenRefused(realm.name, problem instanceof Refusal ? problem.error : 'server_error')
      throw problem
    }
  }
}

/** The same request with other words in it. */
export function reworded(request: Request, words: { readonly query?: string; readonly body?: string }): Request {
  const { method, path, params, query, headers, body, address, id, log } = request
  return { method, path, params, query, headers, body, address, id, log, ...words }
}

/**
 * Older callers write the token into the URL. It is read from there as if it came in the form, and nothing else is: what
 * else belongs into the body is refused in the URL as everywhere.
 */
export function withTokenFromUrl(request: Request): Request {
  const parts = Map.groupBy(partsOf(request.query), (part) => part.startsWith('token='))
  const moved = parts.get(true) ?? []
  if (moved.length === 0) return request
  return reworded(request, {
    query: (parts.get(false) ?? []).join('&'),
    body: [...partsOf(request.body), ...moved].join('&'),
  })
}

/** The pairs of a form, still encoded. */
export function partsOf(form: string): readonly string[] {
  return form.split('&').filter((part) => part !== '')
}

export function jsonAnswer(status: number, body: object, headers: Readonly<Record<string, string>> = {}): Response {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache', ...headers },
    body: JSON.stringify(body),
  }
}
