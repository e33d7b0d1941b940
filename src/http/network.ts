/** Addresses and networks, as an operator writes them. */
import { BlockList, isIP, isIPv4 } from 'node:net'

export interface Network {
  readonly address: string
  readonly prefix: number
  readonly family: 'ipv4' | 'ipv6'
}

/** `10.0.0.0/8`, `fd00::/8` or a single address; undefined when it is none of these. */
export function parseNetwork(text: string): Network | undefined {
  const [address = '', prefixText, ...rest] = text.split('/')
  if (rest.length > 0 || isIP(address) === 0 || address.includes('%')) return undefined
  const family = isIPv4(address) ? 'ipv4' : 'ipv6'
  const longest = family === 'ipv4' ? 32 : 128
  if (prefixText === undefined) return { address, prefix: longest, family }
  if (!/^(0|[1-9]\d{0,2})$/.test(prefixText) || Number(prefixText) > longest) return undefined
  return { address, prefix: Number(prefixText), family }
}

/** One list to ask; what does not parse is a bug of the caller, who has checked it when reading the configuration. */
export function networkList(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const text of networks) {
    const network = parseNetwork(text)
    if (network === undefined) throw new TypeError(`not a network: ${text}`)
    list.addSubnet(network.address, network.prefix, network.family)
  }
  return list
}

/** Whether `address` lies in the list; a text that is no address lies nowhere. */
export function contains(list: BlockList, address: string): boolean {
  const version = isIP(address)
  return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6')
}

/** `::ffff:192.0.2.1` is how a dual-stack socket names an IPv4 peer. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  return mapped?.[1] ?? address
}
