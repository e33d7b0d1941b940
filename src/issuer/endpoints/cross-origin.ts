import type { Request } from '#http/message.ts'
import { Refusal } from '#http/refusal.ts'
import type { Client } from '#store/clients.ts'

/** The answer carries the origin for the client that registered it, and for nobody else (Fetch §3.3). */
export function allowCaller(request: Request, client: Client): Readonly<Record<string, string>> {
  const origin = request.headers['origin']
  if (origin === undefined) return {}
  if (!client.allowed_cors_origins.includes(origin)) return { vary: 'Origin' }
  return { 'access-control-allow-origin': origin, vary: 'Origin' }
}

/** A single-page application has to read why it was refused: from here on refusals carry its origin too. */
export async function readableRefusals<T>(request: Request, client: Client, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Refusal) || request.headers['origin'] === undefined) throw error
    const headers = { ...error.headers, ...allowCaller(request, client) }
    throw new Refusal(error.status, error.error, error.description, error.detail, headers)
  }
}
