/**
 * Every door of the issuer: method, path, endpoint, Cross-Origin rule, and how a refusal is shown there.
 * Owns nothing else; what an endpoint does stands in `endpoints/`.
 */
import type { CorsRule, Handler, Refused, Request, Response, Route } from '#http/message.ts'
import { refusedAsPage } from '#login/pages/error.ts'
import { hasCorsOrigin } from '#store/clients.ts'
import { findRealm, type Realm } from '#store/realms.ts'
import type { IssuerContext } from './context.ts'
import { authorize, resumeAuthorization } from './endpoints/authorize.ts'
import { deviceAuthorization } from './endpoints/device-authorization.ts'
import { discovery } from './endpoints/discovery.ts'
import { introspect } from './endpoints/introspect.ts'
import { jwks } from './endpoints/jwks.ts'
import { confirmLogout, logout } from './endpoints/logout.ts'
import { revoke } from './endpoints/revoke.ts'
import { token } from './endpoints/token.ts'
import { userinfo } from './endpoints/userinfo.ts'
import { unknownRealm } from './refusals.ts'
import { type Soon, soon } from './soon.ts'

type Endpoint = (context: IssuerContext, realm: Realm, request: Request) => Soon<Response>

export function issuerRoutes(context: IssuerContext): readonly Route[] {
  const door = (endpoint: Endpoint) => inRealm(context, endpoint)
  const clients = corsOfClients(context)
  const json = refusedAsJson
  const page = refusedAsPage(context)
  const get = ['GET']
  const post = ['POST']
  const both = ['GET', 'POST']
  const issuer = '/realms/:realm'
  const metadata = { methods: get, handle: door(discovery), refused: json, cors: 'any', name: 'discovery' } as const
  return [
    { ...metadata, path: `${issuer}/.well-known/openid-configuration` },
    { ...metadata, path: '/.well-known/openid-configuration/realms/:realm' },
    { ...metadata, path: '/.well-known/oauth-authorization-server/realms/:realm' },
    { methods: get, path: `${issuer}/jwks`, handle: door(jwks), refused: json, cors: 'any', name: 'jwks' },
    {
      methods: post,
      path: `${issuer}/token`,
      ...countedToken(context),
      cors: clients,
      name: 'token',
    },
    {
      methods: post,
      path: `${issuer}/device_authorization`,
      handle: door(deviceAuthorization),
      refused: json,
      cors: clients,
      name: 'device-authorization',
    },
    { methods: post, path: `${issuer}/introspect`, handle: door(introspect), refused: json, name: 'introspect' },
    { methods: post, path: `${issuer}/revoke`, handle: door(revoke), refused: json, cors: clients, name: 'revoke' },
    {
      methods: both,
      path: `${issuer}/userinfo`,
      handle: door(userinfo),
      refused: json,
      cors: clients,
      name: 'userinfo',
    },
    { methods: both, path: `${issuer}/authorize`, handle: door(authorize), refused: page, name: 'authorize' },
    {
      methods: get,
      path: `${issuer}/authorize/:request`,
      handle: door(resumeAuthorization),
      refused: page,
      name: 'authorize-resume',
    },
    { methods: both, path: `${issuer}/logout`, handle: door(logout), refused: page, name: 'logout' },
    {
      methods: post,
      path: `${issuer}/logout/confirm`,
      handle: door(confirmLogout),
      refused: page,
      name: 'logout-confirm',
    },
  ]
}

/** A disabled realm is as unknown as one that never was. */
function inRealm(context: IssuerContext, endpoint: Endpoint): Handler {
  const enter = (realm: Realm | undefined, request: Request) => {
    if (!realm?.enabled) throw unknownRealm(request.params['realm'] ?? '')
    return endpoint(context, realm, request)
  }
  return (request) => soon(findRealm(context.db, request.params['realm'] ?? ''), (realm) => enter(realm, request))
}

/** A preflight cannot say which client it is for: it passes for the origins of all enabled clients of the realm. */
function corsOfClients(context: IssuerContext): CorsRule {
  return async (request, origin) => {
    const realm = await findRealm(context.db, request.params['realm'] ?? '')
    return realm?.enabled === true && (await hasCorsOrigin(context.db, realm.id, origin))
  }
}

/** RFC 6749 §5.2, also for the doors that borrow its form (RFC 7009 §2.2.1, RFC 7662 §2.3, RFC 6750 §3). */
export function refusedAsJson(_request: Request, refused: Refused): Response {
  return {
    status: refused.status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      pragma: 'no-cache',
      ...refused.headers,
    },
    body: JSON.stringify({ error: refused.error, error_description: refused.description }),
  }
}

/**
 * The token endpoint and the count of its refusals. Only a request that reached a realm counts under that realm's name:
 * what is refused before, the address may say anything.
 */
function countedToken(context: IssuerContext): Pick<Route, 'handle' | 'refused'> {
  const reached = new WeakSet<Request>()
  const endpoint: Endpoint = async (_context, realm, request) => {
    try {
      return await token(context, realm, request)
    } catch (problem) {
      reached.add(request)
      throw problem
    }
  }
  return {
    handle: inRealm(context, endpoint),
    refused: (request, refused) => {
      const realm = reached.has(request) ? (request.params['realm'] ?? '') : 'unknown'
      context.metrics.tokenRefused(realm, refused.error)
      return refusedAsJson(request, refused)
    },
  }
}
