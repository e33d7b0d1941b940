/** The way to the provider, for the realm's own connection: this browser goes there, and comes back to the server's page. */
import { authorizeOAuthServer } from '#contract/connect.ts'
import { call } from '../../parts/api/call.ts'

interface As {
  readonly environment?: string
  readonly application?: string
}

export async function authorize(realm: string, slug: string, as: As = {}): Promise<void> {
  const return_to = `/console/realms/${encodeURIComponent(realm)}/oauth-servers/${encodeURIComponent(slug)}`
  const body = { ...as, return_to }
  const { value } = await call(authorizeOAuthServer, { params: { realm, slug }, query: {}, body })
  location.assign(value.url)
}
