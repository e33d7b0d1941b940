/** Where our own requests may go: public addresses, and what the operator has opened. */
import { BlockList, isIP, isIPv4 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { contains, networkList } from './network.ts'

/** IANA's special-purpose registry for IPv4 (RFC 6890), multicast and what is reserved. */
const CLOSED_IPV4 = networkList([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
])

/** IPv6 is closed but for global unicast: no loopback, link-local, unique local, multicast, v4-mapped or NAT64. */
const GLOBAL_IPV6 = networkList(['2000::/3'])
/** …and of that, what leads elsewhere than it says (Teredo, 6to4) or nowhere (documentation). */
const CLOSED_IPV6 = networkList(['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'])

/** Where clouds tell a machine its own credentials: nothing opens these. */
const METADATA = networkList(['169.254.169.254', '169.254.170.2', '169.254.170.23', '100.100.100.200', 'fd00:ec2::/32'])

export interface Guard {
  /** Whether a connection for `realm` may be made to that address and port. */
  mayReach(address: string, port: number, realm: string): boolean
  /** Whether the operator has opened that address: there plain http is taken as well. */
  isOpened(address: string, realm: string): boolean
}

/** `allow`: `[realm=]CIDR` each. `closedPorts`: our own, on every address of this machine. */
export function createGuard(allow: readonly string[], closedPorts: readonly number[]): Guard {
  const everywhere = networkList(allow.filter((entry) => !entry.includes('=')))
  const byRealm = new Map<string, BlockList>()
  for (const [realm, entries] of Map.groupBy(allow.filter(hasRealm), realmOf)) {
    byRealm.set(realm, networkList(entries.map((entry) => entry.slice(entry.indexOf('=') + 1))))
  }
  function isOpened(address: string, realm: string): boolean {
    const own = byRealm.get(realm)
    return contains(everywhere, address) || (own !== undefined && contains(own, address))
  }
  function mayReach(address: string, port: number, realm: string): boolean {
    if (isIP(address) === 0 || address.includes('%') || contains(METADATA, address)) return false
    if (closedPorts.includes(port) && isThisMachine(address)) return false
    return isPublic(address) || isOpened(address, realm)
  }
  return { mayReach, isOpened }
}

function hasRealm(entry: string): boolean {
  return entry.includes('=')
}

function realmOf(entry: string): string {
  return entry.slice(0, entry.indexOf('='))
}

export function isPublic(address: string): boolean {
  if (isIPv4(address)) return !contains(CLOSED_IPV4, address)
  return contains(GLOBAL_IPV6, address) && !contains(CLOSED_IPV6, address)
}

/** Node's list finds an IPv4-mapped address by its IPv4 network: `::ffff:127.0.0.1` is in here. */
const LOOPBACK = networkList(['127.0.0.0/8', '0.0.0.0/8', '::1', '::'])

function isThisMachine(address: string): boolean {
  if (contains(LOOPBACK, address)) return true
  const own = new BlockList()
  for (const { address: ours, family } of Object.values(networkInterfaces()).flatMap((list) => list ?? [])) {
    own.addAddress(ours, family === 'IPv4' ? 'ipv4' : 'ipv6')
  }
  return contains(own, address)
}
