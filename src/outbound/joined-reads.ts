/**
 * The same read for all who want it at once. Nobody gets one that began before they came: it may not know of what they
 * know. So one runs, and all who come meanwhile share the next, however many they are.
 */

interface Reading {
  readonly running: Promise<unknown>
  /** Begins when the running one has ended. */
  next?: Promise<unknown>
}

export class JoinedReads {
  readonly #readings = new Map<string, Reading>()

  /** `key` names what is read, and so its type. */
  get<T>(key: string, read: () => Promise<T>): Promise<T> {
    const reading = this.#readings.get(key)
    if (reading === undefined) return this.#begin(key, read)
    const begin = (): Promise<T> => this.#begin(key, read)
    reading.next ??= reading.running.then(begin, begin)
    return reading.next as Promise<T>
  }

  #begin<T>(key: string, read: () => Promise<T>): Promise<T> {
    const running = read()
    const reading: Reading = { running }
    this.#readings.set(key, reading)
    const ended = (): void => {
      if (reading.next === undefined) this.#readings.delete(key)
    }
    running.then(ended, ended)
    return running
  }
}
