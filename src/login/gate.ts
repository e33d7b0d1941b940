/**
 * Attempts are counted while they are under way, so people who all know their passwords but come at once from one
 * address would look like failures. A few at each key are therefore under way at one time in this process; the others
 * wait for a moment, in the order in which they came.
 */
import { HashQueueFull } from '#crypto/password.ts'
import type { ThrottleKey } from './throttle.ts'

/** Enough to keep every hash that runs at once busy, far below what any key allows. */
const mostUnderWay = 4
/** Waiting at one key; one more is refused, as at the queue for hashing. */
const mostWaiting = 256

export interface Gate {
  /** Comes back when there is room at every key, with the function that gives the room to others. */
  enter(keys: readonly ThrottleKey[]): Promise<() => void>
}

interface Place {
  inside: number
  readonly waiting: (() => void)[]
}

export function createGate(): Gate {
  const places = new Map<string, Place>()

  async function enterOne({ id }: ThrottleKey): Promise<void> {
    const place = places.get(id) ?? { inside: 0, waiting: [] }
    places.set(id, place)
    if (place.inside < mostUnderWay) {
      place.inside++
      return
    }
    if (place.waiting.length >= mostWaiting) throw new HashQueueFull()
    await new Promise<void>((resolve) => place.waiting.push(resolve))
  }

  /** The room goes straight to the next in line. */
  function leaveOne({ id }: ThrottleKey): void {
    const place = places.get(id)
    if (!place) return
    const next = place.waiting.shift()
    if (next) next()
    else if (--place.inside === 0) places.delete(id)
  }

  return {
    async enter(keys) {
      const entered: ThrottleKey[] = []
      try {
        // In one order for all: two attempts never wait for each other.
        for (const key of keys.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
          await enterOne(key)
          entered.push(key)
        }
      } catch (full) {
        entered.forEach(leaveOne)
        throw full
      }
      return () => entered.forEach(leaveOne)
    },
  }
}
