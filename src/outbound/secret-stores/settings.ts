/** How an operator describes secret stores: `SALLYPORT_SECRET_STORES`, a JSON list. */
import { isAbsolute } from 'node:path'
import { z } from 'zod'
import type { SecretStoreConfig } from './stores.ts'

const name = z.string().regex(/^[a-z0-9-]{1,63}$/, 'must be 1 to 63 of a-z, 0-9 and -')
const realms = z.array(z.string().regex(/^[a-z0-9-]{1,63}$/)).min(1)
const absolute = z.string().refine((path) => isAbsolute(path), 'must be an absolute path')
/** Segments of a path in the store, none of which leads elsewhere. */
const plainPath = z.string().regex(/^(?:[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)?$/)
const address = z.string().refine((text) => {
  const url = URL.parse(text)
  if (url === null || !(url.protocol === 'https:' || url.protocol === 'http:')) return false
  return url.pathname === '/' && url.search === '' && url.hash === '' && url.username === ''
}, 'must be an http or https URL without path, query or credentials')

const store = z.discriminatedUnion('kind', [
  z.strictObject({ name, kind: z.literal('file'), root: absolute, realms }),
  z.strictObject({
    name,
    kind: z.literal('environment'),
    prefix: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
      .refine((prefix) => !/^SALLYPORT/i.test(prefix), 'must not open our own variables'),
    realms,
  }),
  z.strictObject({
    name,
    kind: z.literal('vault'),
    address: address.transform((text) => new URL(text).origin),
    mount: plainPath.min(1),
    prefix: plainPath.default(''),
    namespace: z.string().max(256).nullable().default(null),
    token_file: absolute,
    realms,
  }),
])

/** The text of the variable as stores; the message of a refusal names the place and repeats no value. */
export const secretStoreList = z.string().transform((text, context): readonly SecretStoreConfig[] => {
  const parsed = z.array(store).safeParse(json(text))
  const refuse = (message: string) => {
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  }
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    return refuse(`must be a JSON list of stores: ${issue?.path.join('.') || 'the list'} is wrong`)
  }
  const names = parsed.data.map((each) => each.name)
  return new Set(names).size === names.length ? parsed.data : refuse('names a store twice')
})

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
