/** How we say who we are to an endpoint of theirs: parameters, a header or a certificate, never two of them. */
import type { EgressRequest } from '#http/egress.ts'
import { signAssertion } from './assertion.ts'
import type { ServerSettings } from './settings.ts'
import { fill, type Places } from './template.ts'

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

export interface Credentials {
  readonly parameters: readonly (readonly [name: string, value: string])[]
  readonly headers: Readonly<Record<string, string>>
  readonly clientCertificate?: NonNullable<EgressRequest['clientCertificate']>
}

/** `now`: Unix milliseconds. Throws `UnusableSettings` where a key does not sign. */
export function authenticate(settings: ServerSettings, places: Places, now: number): Credentials {
  const { authentication, client_id, profile } = settings
  if (profile.basic_credentials) {
    const [user, password] = profile.basic_credentials.map((part) => fill(part, places))
    return { parameters: [], headers: { authorization: basic(user ?? '', password ?? '') } }
  }
  const named = ['client_id', client_id] as const
  switch (authentication.method) {
    case 'client_secret_post':
      return { parameters: [named, ['client_secret', authentication.client_secret]], headers: {} }
    case 'client_secret_basic': {
      const encode = authentication.encoding === 'strict' ? formEncoded : (text: string): string => text
      return {
        parameters: [],
        headers: { authorization: basic(encode(client_id), encode(authentication.client_secret)) },
      }
    }
    case 'client_secret_jwt':
    case 'private_key_jwt': {
      const assertion = signAssertion(settings, authentication, places, now)
      const parameters = [named, ['client_assertion_type', ASSERTION_TYPE], ['client_assertion', assertion]] as const
      return { parameters, headers: {} }
    }
    case 'tls_client_auth': {
      const { certificate, private_key: privateKey } = authentication
      return { parameters: [named], headers: {}, clientCertificate: { certificate, privateKey } }
    }
    case 'none':
      break
  }
  return { parameters: [named], headers: {} }
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`
}

/** `application/x-www-form-urlencoded`, as RFC 6749 §2.3.1 asks of both halves. */
export function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1)
}
