/** What the store may not know how to say: its own errors, as refusals of the management API. */
import { FacadeTaken } from '#store/facade-owners.ts'
import { ListRefused } from '#store/listing.ts'
import { UnknownRole } from '#store/roles.ts'
import { facadeTaken, invalidField } from './problem.ts'

export async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ListRefused) throw invalidField(error.field, 'the list cannot be asked for that')
    if (error instanceof FacadeTaken) throw facadeTaken(error.facade)
    if (error instanceof UnknownRole) throw invalidField('roles', 'the realm has no such role')
    throw error
  }
}
