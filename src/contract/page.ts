/** Lists: one parameter per field, search, sort, pages; what they answer; and the same lists as files. */
import { z } from 'zod'
import type { Operation } from './operation.ts'

export const largestPage = 1000

export interface Page<T> {
  readonly items: T[]
  readonly total: number
  readonly page: number
  readonly page_size: number
  readonly total_is_lower_bound?: true | undefined
}

type PageShape<I extends z.ZodType> = {
  items: z.ZodArray<I>
  total: z.ZodNumber
  page: z.ZodNumber
  page_size: z.ZodNumber
  total_is_lower_bound: z.ZodOptional<z.ZodLiteral<true>>
}

export function page<I extends z.ZodType>(item: I): z.ZodObject<PageShape<I>> {
  return z.object({
    items: z.array(item),
    total: z.int().min(0),
    page: z.int().min(1),
    page_size: z.int().min(1),
    total_is_lower_bound: z
      .literal(true)
      .describe('there only when rows were counted no further: there are more than total')
      .optional(),
  })
}

export const exportFormats = ['json', 'csv', 'xlsx', 'pdf'] as const
export type ExportFormat = (typeof exportFormats)[number]
export const exportTypes: Readonly<Record<ExportFormat, string>> = {
  json: 'application/json',
  csv: 'text/csv; charset=utf-8; header=present',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pdf: 'application/pdf',
}

const format = z
  .enum(exportFormats)
  .describe('answers the whole filtered list, in its order, as a file; page and page_size count with only=page alone')
  .optional()
const columns = z
  .string()
  .max(2000)
  .regex(/^[a-z_]+(?:,[a-z_]+)*$/, 'must be names of fields with commas between them')
  .describe('with format: the fields that the file has, in this order')
  .meta({ examples: ['client_id,client_name,enabled'] })
  .optional()

const only = z.enum(['page']).describe('with format: the file has the rows of this page, and no others').optional()
/** Rows that one file can be asked for by name. */
export const mostChosen = 1000
const ids = z
  .string()
  .min(1)
  .max(300_000)
  .describe(
    `with format: the file has these rows of the filtered list, and no others; at most ${mostChosen}, each by what the ` +
      'paths name it by (id, client_id, slug or name), percent-encoded, with commas between them',
  )
  .meta({ examples: ['shop-web,nightly-report'] })
  .optional()

/** How a list is asked for as a file. */
export const fileQuery = { format, columns, only, ids }

/** The query of a list that is always short: it comes whole. */
export const wholeListQuery = z.strictObject(fileQuery)

/** What each row of a list operation is; undefined where the operation answers no list. */
export function itemOf(operation: Operation): z.ZodType | undefined {
  const { answer } = operation
  const items: unknown = answer instanceof z.ZodObject ? answer.shape['items'] : undefined
  return items instanceof z.ZodArray ? (items.element as z.ZodType) : undefined
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
    ...fileQuery,
  })
}
