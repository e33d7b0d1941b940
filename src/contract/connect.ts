/** The realm's own connection where a person has to agree at the provider: an administrator is sent there. */
import { z } from 'zod'
import { layerName, realmName } from './field.ts'
import { slug } from './oauth-server-fields.ts'
import { noQuery, operation } from './operation.ts'

export const authorizeOAuthServer = operation({
  id: 'oauth-servers.authorize',
  noun: 'oauth-server',
  method: 'POST',
  path: '/realms/{realm}/oauth-servers/{slug}/authorize',
  summary: 'A link for one browser, good for minutes: an administrator signs in, agrees, and is sent to the provider',
  reach: 'realm',
  right: 'write',
  params: z.strictObject({ realm: realmName, slug }),
  query: noQuery,
  body: z
    .strictObject({
      environment: layerName.optional().describe('the connection that callers of that environment use'),
      application: layerName.optional(),
      return_to: z
        .string()
        .max(2048)
        .regex(/^\/console\/[\x21-\x7e]*$/, 'must be a path below /console/')
        .optional()
        .describe('the page of the console to which the browser comes back, with oauth_server, result and error'),
    })
    .meta({ id: 'OAuthServerAuthorize', examples: [{ return_to: '/console/realms/default/oauth-servers/acme-crm' }] }),
  answer: z.object({ url: z.url(), expires_in: z.int().describe('seconds') }).meta({ id: 'OAuthServerAuthorization' }),
  status: 200,
  refusals: [400, 404, 409],
})

export const connectOperations = [authorizeOAuthServer]
