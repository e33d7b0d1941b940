/** Calls to the management API, as an administrator's program would make them. */
import { addClient, type Credentials } from './clients.ts'
import { BOOTSTRAP_SECRET, type House } from './house.ts'
import { basic, form } from './requests.ts'

export const BOOTSTRAP: Credentials = { client_id: 'sallyport-bootstrap', client_secret: BOOTSTRAP_SECRET }

/** What came over the wire: a test says by its expectations what it has to be. */
export type Parsed = ReturnType<JSON['parse']>

export interface Told {
  readonly status: number
  readonly headers: Headers
  /** undefined where the answer is empty. */
  readonly body: Parsed
}

export async function jsonOf(response: Response): Promise<Parsed> {
  return JSON.parse(await response.text())
}

export interface Office {
  readonly token: string | undefined
  get(path: string, headers?: Record<string, string>): Promise<Told>
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Told>
  patch(path: string, body: unknown, headers?: Record<string, string>): Promise<Told>
  delete(path: string, headers?: Record<string, string>): Promise<Told>
  /** `body` as text goes as it is. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Told>
}

/** A token of realm `system` by client credentials. */
export async function bearer(house: House, credentials: Credentials, scope = 'sallyport_api'): Promise<string> {
  const body = form({ grant_type: 'client_credentials', scope })
  const response = await fetch(`${house.issuer('system')}/token`, { method: 'POST', headers: basic(credentials), body })
  if (response.status !== 200) throw new Error(`no token: ${await response.text()}`)
  return String((await jsonOf(response)).access_token)
}

export function office(house: House, token: string | undefined): Office {
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Told> => {
    const response = await fetch(`${house.url}/api/v1${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': typeOf(method) }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
  }
  return {
    token,
    call,
    get: (path, headers) => call('GET', path, undefined, headers),
    post: (path, body, headers) => call('POST', path, body, headers),
    patch: (path, body, headers) => call('PATCH', path, body, headers),
    delete: (path, headers) => call('DELETE', path, undefined, headers),
  }
}

function typeOf(method: string): string {
  return method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
}

/** The office of the bootstrap client: role `admin`. */
export async function adminOffice(house: House): Promise<Office> {
  return office(house, await bearer(house, BOOTSTRAP))
}

/** The office of a new machine client of `system` with these roles. */
export async function officeOf(
  house: House,
  name: string,
  roles: readonly string[],
  scope = 'sallyport_api',
): Promise<Office> {
  const fields = { client_id: name, grant_types: ['client_credentials'], scope, roles }
  return office(house, await bearer(house, await addClient(house, fields, undefined, 'system'), scope))
}
