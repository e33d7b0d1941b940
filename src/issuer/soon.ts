/**
 * Values that are often there at once. What is held in memory needs no promise, and on the hot path a promise for each
 * step costs more than the steps: a machine's token is made without one.
 */
export type Soon<T> = T | Promise<T>

/** Goes on with the value, at once where it is there. */
export function soon<T, U>(value: Soon<T>, then: (value: T) => Soon<U>): Soon<U> {
  return value instanceof Promise ? value.then(then) : then(value)
}

/** Runs `work`; whatever it throws, at once or later, is handed to `refused`. */
export function caught<T>(work: () => Soon<T>, refused: (error: unknown) => Soon<never>): Soon<T> {
  try {
    const value = work()
    return value instanceof Promise ? value.catch(refused) : value
  } catch (error) {
    return refused(error)
  }
}
