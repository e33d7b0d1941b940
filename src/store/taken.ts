import { isUniqueViolation } from './database.ts'

/** The answer of a create where another live record has that name. */
export type Taken = 'taken'

export async function takenOr<T>(change: Promise<T>): Promise<T | Taken> {
  try {
    return await change
  } catch (error) {
    if (isUniqueViolation(error)) return 'taken'
    throw error
  }
}
