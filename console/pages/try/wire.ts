/**
 * The requests of the protocol, made from here as a client makes them: no cookie goes along, nothing is kept, no
 * redirect is followed. Only our own origin is asked.
 */
export interface WireRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Of the form that is posted; of a GET none, its are in `url`. */
  readonly parameters: Readonly<Record<string, string>>
}

export interface WireAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export async function send(
  { method, url, headers, parameters }: WireRequest,
  signal: AbortSignal,
): Promise<WireAnswer> {
  if (new URL(url).origin !== location.origin) throw new Error('only the realm itself is asked')
  const answer = await fetch(url, {
    method,
    headers,
    ...(method === 'POST' ? { body: new URLSearchParams(parameters) } : {}),
    credentials: 'omit',
    cache: 'no-store',
    redirect: 'error',
    signal,
  })
  const told = ['content-type', 'www-authenticate', 'cache-control', 'retry-after'].flatMap((name) => {
    const value = answer.headers.get(name)
    return value === null ? [] : [[name, value] as const]
  })
  return { status: answer.status, headers: Object.fromEntries(told), body: await answer.text() }
}
