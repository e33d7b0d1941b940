/** Requests as a client's developer would write them. */
import type { Credentials } from './clients.ts'

export function basic({ client_id: id, client_secret: secret }: Credentials): Record<string, string> {
  const text = `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`
  return { authorization: `Basic ${Buffer.from(text).toString('base64')}` }
}

export function form(fields: Readonly<Record<string, string>>): URLSearchParams {
  return new URLSearchParams(fields)
}
