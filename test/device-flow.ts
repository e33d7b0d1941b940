/** The device flow as a device and the person about it walk it (RFC 8628). */
import { Browser, type Page } from './browser.ts'
import { type Credentials, USER_PASSWORD } from './clients.ts'
import type { Front, Tokens } from './code-flow.ts'
import { basic, form } from './requests.ts'

export const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'

/** RFC 8628 §3.2 */
export interface DeviceAnswer {
  readonly device_code: string
  readonly user_code: string
  readonly verification_uri: string
  readonly verification_uri_complete: string
  readonly expires_in: number
  readonly interval: number
}

/** A public client is one without a secret. */
export interface Device {
  readonly client: Pick<Credentials, 'client_id'> & Partial<Credentials>
  readonly scope?: string
  readonly realm?: string
}

function proof({ client }: Device): {
  readonly headers: Record<string, string>
  readonly fields: Record<string, string>
} {
  const { client_id, client_secret } = client
  if (client_secret === undefined) return { headers: {}, fields: { client_id } }
  return { headers: basic({ client_id, client_secret }), fields: {} }
}

export function beginRequest(house: Front, device: Device): Promise<Response> {
  const { headers, fields } = proof(device)
  const body = form({ ...fields, ...(device.scope === undefined ? {} : { scope: device.scope }) })
  return fetch(`${house.issuer(device.realm)}/device_authorization`, { method: 'POST', headers, body })
}

export async function begin(house: Front, device: Device): Promise<DeviceAnswer> {
  const response = await beginRequest(house, device)
  if (response.status !== 200) throw new Error(`no device code: ${await response.text()}`)
  return (await response.json()) as DeviceAnswer
}

export interface Polled extends Partial<Tokens> {
  readonly status: number
  readonly error?: string
}

export async function poll(house: Front, device: Device, deviceCode: string): Promise<Polled> {
  const { headers, fields } = proof(device)
  const body = form({ ...fields, grant_type: DEVICE_CODE, device_code: deviceCode })
  const response = await fetch(`${house.issuer(device.realm)}/token`, { method: 'POST', headers, body })
  return { status: response.status, ...((await response.json()) as object) }
}

/** From the address on the device to what comes after the code: a login, or who is asked. */
export async function typeCode(house: Front, browser: Browser, code: string, realm?: string): Promise<Page> {
  const page = await browser.open(`${house.issuer(realm)}/device`)
  return await browser.submit(page, { user_code: code, continue: '1' })
}

/** To the page that asks, as that person. */
export async function toQuestion(
  house: Front,
  code: string,
  username: string,
  browser = new Browser(house.url),
  { realm, password = USER_PASSWORD }: { readonly realm?: string; readonly password?: string } = {},
): Promise<{ readonly browser: Browser; readonly page: Page }> {
  const page = await typeCode(house, browser, code, realm)
  if (!page.body.includes('name="password"')) return { browser, page }
  return { browser, page: await browser.submit(page, { username, password, login: '1' }) }
}
