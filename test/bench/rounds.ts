/** Two sides in turn, A B A B …, and the median of the ratios: what the machine does meanwhile hits both. */
import { fire, type Load, type LoadResult } from './load.ts'
import type { ServerProcess } from './process.ts'

export const ROUNDS = 5

export interface Side {
  readonly server: ServerProcess
  /** One round's load, without the address. */
  readonly load: () => Omit<Load, 'origin'>
}

export interface Round extends LoadResult {
  /** CPU of the server (user and system) for each answered request. */
  readonly cpuMicroseconds: number
}

export async function measure({ server, load }: Side): Promise<Round> {
  const before = server.cpuSeconds
  const result = await fire({ ...load(), origin: server.origin })
  const used = server.cpuSeconds - before
  return { ...result, cpuMicroseconds: (used / result.answered) * 1e6 }
}

export interface Comparison {
  readonly a: readonly Round[]
  readonly b: readonly Round[]
}

/** One round of each is not counted: compilers warm up. */
export async function compare(a: Side, b: Side, rounds = ROUNDS): Promise<Comparison> {
  await measure(a)
  await measure(b)
  const counted: { a: Round[]; b: Round[] } = { a: [], b: [] }
  for (let round = 0; round < rounds; round++) {
    counted.a.push(await measure(a))
    counted.b.push(await measure(b))
  }
  return counted
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((x, y) => x - y)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

export const medianOf = (rounds: readonly Round[], field: keyof Round): number =>
  median(rounds.map((each) => each[field]))

/** The median of a/b, pair by pair. */
export function ratio({ a, b }: Comparison, field: keyof Round): number {
  return median(a.map((each, at) => each[field] / (b[at]?.[field] ?? Number.NaN)))
}
