/** Who asks: the peer, or whom a proxy that the operator trusts names in X-Forwarded-For. */
import { type BlockList, isIP } from 'node:net'
import { contains, plainAddress } from './network.ts'

/** Longer chains of proxies do not exist; a longer header is somebody's game. */
const MAX_HOPS = 20

/**
 * The right-most hop that is not a trusted proxy. Whoever is not trusted has not been heard; where a trusted hop names
 * something that is no address, the walk ends at that hop: a garbled header never makes a caller invisible (N036).
 */
export function clientAddress(peer: string, forwardedFor: string | undefined, trusted: BlockList): string {
  let address = plainAddress(peer)
  if (forwardedFor === undefined || !contains(trusted, address)) return address
  const hops = forwardedFor.split(',', MAX_HOPS + 1)
  if (hops.length > MAX_HOPS) return address
  for (const hop of hops.toReversed()) {
    const named = plainAddress(hop.trim())
    if (isIP(named) === 0 || named.includes('%')) return address
    address = named
    if (!contains(trusted, address)) return address
  }
  return address
}
