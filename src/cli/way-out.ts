/**
 * The command line's requests go to the one origin that its user named, wherever it lies, and to no other: an answer can
 * send it nowhere else, because redirects are not followed and every address is compared.
 */
import { createEgress, EgressError, type EgressRequest, type EgressResponse } from '#http/egress.ts'
import { CommandFailed, EXIT } from './exit.ts'

const ANYWHERE = ['0.0.0.0/0', '::/0']
/** A page of 1000 clients with all their fields. */
const MAX_BYTES = 64 * 1024 * 1024

export type WayOut = (url: string, request: Omit<EgressRequest, 'realm'>) => Promise<EgressResponse>

/** `origin`: as the user named it, with or without a path. */
export function wayOutTo(named: string): WayOut {
  const { origin } = checkedUrl(named)
  const egress = createEgress({ allow: ANYWHERE, closedPorts: [] })
  return async (url, request) => {
    if (checkedUrl(url).origin !== origin) {
      throw new CommandFailed(EXIT.unavailable, `only ${origin} is called, not ${checkedUrl(url).origin}`)
    }
    try {
      return await egress.fetch(url, { maxBytes: MAX_BYTES, ...request, realm: 'system' })
    } catch (error) {
      if (!(error instanceof EgressError)) throw error
      const cause = error.cause instanceof Error && error.cause.message ? ` (${error.cause.message})` : ''
      throw new CommandFailed(EXIT.unavailable, `${origin} does not answer: ${error.message}${cause}`, { cause: error })
    }
  }
}

function checkedUrl(text: string): URL {
  const url = URL.parse(text)
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url
  throw new CommandFailed(EXIT.usage, 'the URL must be http or https and hold no credentials')
}
