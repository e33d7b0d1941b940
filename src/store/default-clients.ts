/** The clients that an installation begins with. Redirect URIs follow the public URL. */
import type { NewClient } from './client-changes.ts'

const builtIn = { built_in: true, registered_by: 'first_start', require_consent: false } as const

/** Of realm `system`; nobody deletes them. */
export const systemClients: readonly NewClient[] = [
  {
    ...builtIn,
    client_id: 'sallyport-cli',
    client_name: 'Sallyport command line',
    token_endpoint_auth_method: 'none',
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
    scope: 'openid profile offline_access sallyport_api sallyport_api.read_only',
  },
  {
    ...builtIn,
    client_id: 'sallyport-swagger',
    client_name: 'Sallyport API reference',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code'],
    redirect_uris: ['{public_url}/api/v1/docs/callback'],
    scope: 'openid sallyport_api sallyport_api.read_only',
  },
  {
    ...builtIn,
    client_id: 'sallyport-console',
    client_name: 'Sallyport console',
    // Its key is made in the process and never leaves it: there is no secret that could.
    token_endpoint_auth_method: 'private_key_jwt',
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: ['{public_url}/console/callback'],
    post_logout_redirect_uris: ['{public_url}/console/'],
    scope: 'openid profile sallyport_api sallyport_api.read_only',
  },
]

/** Of realm `system`: automation, and the command line on the same machine. */
export const bootstrapClient: NewClient = {
  ...builtIn,
  client_id: 'sallyport-bootstrap',
  client_name: 'Sallyport bootstrap',
  grant_types: ['client_credentials'],
  scope: 'sallyport_api',
  roles: ['admin'],
}

/** Of realm `default`: fetches the first token; an ordinary client otherwise. */
export const quickStartClient: NewClient = {
  client_id: 'quick-start',
  client_name: 'Quick start',
  description: 'Made at the first start to fetch a first token. Delete it when you no longer need it.',
  registered_by: 'first_start',
  grant_types: ['client_credentials'],
}
