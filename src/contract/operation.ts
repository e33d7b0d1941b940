/**
 * The words of the management API. Owns: what each operation is called, where it lies, what it takes and answers, and
 * which right it asks for; one file per noun, all of them listed in `operations.ts`. The server's routes, its OpenAPI
 * document, the command line and every other client are made from these. Does not own: who may (`admin/gate.ts`) and
 * what an operation does. Imports nothing but zod. Names on the wire are the specifications' own snake_case names.
 */
import { z } from 'zod'

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

export interface Operation<
  P extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
  A extends z.ZodType = z.ZodType,
> {
  /** `clients.create`: noun in the plural, verb. */
  readonly id: string
  readonly noun: string
  readonly method: Method
  /** Below `/api/v1`; parameters in braces, percent-encoded on the wire. */
  readonly path: string
  readonly summary: string
  /** `platform`: the whole installation; `realm`: the realm that the path names. */
  readonly reach: 'platform' | 'realm'
  readonly right: 'read' | 'write'
  readonly params: P
  readonly query: Q
  /** `nothing` where there is none. A PATCH takes an RFC 7396 merge patch. */
  readonly body: B
  /** `nothing` where the status is 204. */
  readonly answer: A
  readonly status: 200 | 201 | 204
  /** The refusals that a caller may meet besides 401, 403 and 5xx. */
  readonly refusals: readonly (400 | 404 | 409 | 412)[]
}

/** No body, no answer, no parameters beyond those of the path. */
export const nothing: z.ZodUndefined = z.undefined()
export const noQuery = z.strictObject({})

/** What a caller hands in, part by part. */
export interface Input<O extends Operation> {
  readonly params: z.input<O['params']>
  readonly query: z.input<O['query']>
  readonly body: z.input<O['body']>
}

export function operation<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>(
  declared: Operation<P, Q, B, A>,
): Operation<P, Q, B, A> {
  return declared
}

/** Fields that a caller may leave out when creating. */
export type Optional<S extends z.core.$ZodShape> = { [K in keyof S]: z.ZodOptional<S[K]> }
/** Fields of a merge patch: left out means unchanged, null means back to the default. */
export type Removable<S extends z.core.$ZodShape> = { [K in keyof S]: z.ZodOptional<z.ZodNullable<S[K]>> }

export function optional<S extends z.core.$ZodShape>(shape: S): Optional<S> {
  return Object.fromEntries(Object.entries(shape).map(([name, field]) => [name, z.optional(field)])) as Optional<S>
}

export function removable<S extends z.core.$ZodShape>(shape: S): Removable<S> {
  const fields = Object.entries(shape).map(([name, field]) => [name, z.optional(z.nullable(field))])
  return Object.fromEntries(fields) as Removable<S>
}
