/** Kinds of fields that several nouns share, with their limits. */
import { z } from 'zod'

/** No control characters, NUL among them: a name is printed into terminals, logs and spreadsheets. */
const oneLine = /^[^\p{Cc}]*$/u
/** The same but for tab and line ends. */
const someLines = /^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$/

const wellFormed = (typed: string): boolean => typed.isWellFormed()
const unpaired = 'must be well-formed Unicode'

/** One line of text, not blank. */
export function text(max: number): z.ZodString {
  return z
    .string()
    .min(1)
    .max(max)
    .regex(oneLine, 'must be one line without control characters')
    .regex(/^\S(?:.*\S)?$/u, 'must not begin or end with a space')
    .refine(wellFormed, unpaired)
}

export const description: z.ZodString = z
  .string()
  .max(2000)
  .regex(someLines, 'must not hold control characters')
  .refine(wellFormed, unpaired)

export const realmName: z.ZodString = z
  .string()
  .regex(/^[a-z0-9-]{1,63}$/, 'must be 1 to 63 of a-z, 0-9 and -')
  .meta({ examples: ['default'] })

/** RFC 6749 §3.3: `1*( %x21 / %x23-5B / %x5D-7E )`. */
export const scopeToken: z.ZodString = z
  .string()
  .max(128)
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'must be printable ASCII without spaces, " and \\ (RFC 6749 section 3.3)')

/** A space-delimited list of scopes; the empty text is none. Bounded as the issuer bounds what it is asked for. */
export const scopeList: z.ZodString = z
  .string()
  .max(4096)
  .regex(
    /^(?:[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*)?$/,
    'must be scope names with one space between them (RFC 6749 section 3.3)',
  )
  .refine((scope) => new Set(scope.split(' ')).size === scope.split(' ').length, 'must not name a scope twice')

/** Roles of `system` hold a realm's name after a colon. `.` and `..` would be lost in a path. */
export const roleName: z.ZodString = text(128).refine(isSegment, 'must not be . or ..')

/** `.` and `..` cannot be said in a path: every client resolves them away, percent-encoded or not (RFC 3986 §5.2.4). */
export function isSegment(name: string): boolean {
  return name !== '.' && name !== '..'
}

/** An environment, an application or a category. */
export const layerName: z.ZodString = text(100).refine(isSegment, 'must not be . or ..')

/** Seconds since 1970. */
export const time: z.ZodNumber = z.int().min(0)
/** A name that we gave out. */
export const id: z.ZodString = z.string().min(1).max(128).regex(oneLine)
