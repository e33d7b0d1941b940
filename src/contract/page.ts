/** Lists: one parameter per field, search, sort, pages; and what they answer. */
import { z } from 'zod'

export const largestPage = 1000

export interface Page<T> {
  readonly items: T[]
  readonly total: number
  readonly page: number
  readonly page_size: number
}

export function page<I extends z.ZodType>(
  item: I,
): z.ZodObject<{ items: z.ZodArray<I>; total: z.ZodNumber; page: z.ZodNumber; page_size: z.ZodNumber }> {
  return z.object({ items: z.array(item), total: z.int().min(0), page: z.int().min(1), page_size: z.int().min(1) })
}

/** A part of a word, whatever its case. */
export const containing: z.ZodOptional<z.ZodString> = z
  .string()
  .max(200)
  .regex(/^[^\u0000]*$/, 'must not hold NUL')
  .refine((part) => part.isWellFormed(), 'must be well-formed Unicode')
  .describe('contains, whatever the case')
  .optional()

export const flag: z.ZodOptional<z.ZodEnum<{ true: 'true'; false: 'false' }>> = z.enum(['true', 'false']).optional()

const number = '[0-9]{1,15}'
const rangePattern = new RegExp(`^(?:(?:[<>]=?|=)?${number}|${number}\\.\\.(?:${number})?|\\.\\.${number})$`)

export const range: z.ZodOptional<z.ZodString> = z
  .string()
  .regex(rangePattern, 'must be a number, >n, >=n, <n, <=n, a..b, a.. or ..b')
  .describe('n, >n, >=n, <n, <=n, a..b, a.. or ..b')
  .meta({ examples: ['>3600', '1700000000..'] })
  .optional()

type Ascending<F extends string> = F | `-${F}`

/** The query of a list: filters as given, and `sort` over these columns. */
export function listQuery<S extends Record<string, z.ZodType>, F extends string>(filters: S, sortable: readonly F[]) {
  const names = sortable.flatMap((name): Ascending<F>[] => [name, `-${name}`])
  return z.strictObject({
    ...filters,
    search: containing,
    sort: z.enum(names).optional(),
    page: z.coerce.number<string | number>().int().min(1).max(1_000_000).default(1),
    page_size: z.coerce.number<string | number>().int().min(1).max(largestPage).default(25),
  })
}
