/**
 * Older shapes over the issuer, for callers that were written for other products: one file for each. Owns where their
 * doors are and how they word requests, answers and refusals. Does not own any rule: who may, what holds and what is
 * issued is the issuer's. Off until a realm takes a façade; one realm at a time has it. Uses are counted by client, so
 * that an administrator sees who still needs it. What stands in a URL here is never logged.
 */
import type { Route } from '#http/message.ts'
import { refusedAsPlainPage } from '#http/page.ts'
import type { IssuerContext } from '#issuer/context.ts'
import { refusedAsJson } from '#issuer/routes.ts'
import { appmillAuthorize, appmillToken } from './appmill.ts'
import { countingRefusals, inFacade } from './facade.ts'
import { onesaitCheckRefused, onesaitCheckToken, onesaitRevokeToken } from './onesait.ts'
import { springCheckToken, springRefused, springToken } from './spring.ts'

const OSOC = '/osoc/api/oauthcontroller'
const OAUTH_SERVER = '/oauth-server'

export function facadeRoutes(context: IssuerContext): readonly Route[] {
  const post = ['POST']
  return [
    {
      methods: ['GET'],
      path: `${OSOC}/authorize`,
      handle: inFacade(context, 'appmill', appmillAuthorize),
      refused: refusedAsPlainPage,
      name: 'appmill-authorize',
    },
    {
      methods: post,
      path: `${OSOC}/token`,
      handle: inFacade(context, 'appmill', countingRefusals(appmillToken)),
      refused: refusedAsJson,
      name: 'appmill-token',
    },
    {
      methods: post,
      path: `${OAUTH_SERVER}/oauth/token`,
      handle: inFacade(context, 'spring', countingRefusals(springToken)),
      refused: springRefused,
      name: 'spring-token',
    },
    {
      methods: ['GET', 'POST'],
      path: `${OAUTH_SERVER}/oauth/check_token`,
      handle: inFacade(context, 'spring', springCheckToken),
      refused: springRefused,
      name: 'spring-check-token',
    },
    {
      methods: post,
      path: `${OAUTH_SERVER}/openplatform-oauth/check_token`,
      handle: inFacade(context, 'onesait', onesaitCheckToken),
      refused: onesaitCheckRefused,
      name: 'onesait-check-token',
    },
    {
      methods: post,
      path: `${OAUTH_SERVER}/openplatform-oauth/revoke_token`,
      handle: inFacade(context, 'onesait', onesaitRevokeToken),
      refused: springRefused,
      name: 'onesait-revoke-token',
    },
  ]
}
