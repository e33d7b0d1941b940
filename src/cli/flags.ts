/**
 * Flags from a schema of the contract: one for each field of a body, named after it (`redirect_uris` →
 * `--redirect-uris`), read as what the schema says it is. The server judges the values; only what cannot be read as the
 * right kind of value is refused here.
 */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { z } from 'zod'
import { readInput, secretIn } from './credentials.ts'
import { CommandFailed, EXIT } from './exit.ts'
import type { World } from './world.ts'

/** Fields that hold what nobody else may know: their flags take a file, never the value. */
const SECRETS = new Set([
  'password',
  'secret',
  'client_secret',
  'key',
  'token',
  'refresh_token',
  'owner_password',
  'private_key',
  'tls_certificate',
  'tls_private_key',
])
/** Stands for null until the body is made: commander takes null for a value that is missing. */
const NULL = Symbol('null')

interface Described {
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, Described>>
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Described[]
  readonly items?: Described
  readonly properties?: Readonly<Record<string, Described>>
  readonly required?: readonly string[]
}

interface Field {
  readonly name: string
  readonly kind: 'text' | 'number' | 'flag' | 'list' | 'json' | 'secret'
  readonly isNullable: boolean
  readonly choices: readonly string[]
  readonly about: string
}

/** The fields of an object's schema; none for anything else. */
export function fieldsOf(schema: z.ZodType): readonly Field[] {
  if (schema instanceof z.ZodUndefined) return []
  const whole = z.toJSONSchema(schema, { io: 'input', reused: 'inline' }) as Described
  // A schema with a name of its own stands among the definitions.
  const named = whole.$defs?.[whole.$ref?.slice('#/$defs/'.length) ?? '']
  const { properties = {}, required = [] } = named ?? whole
  const all = Object.entries(properties).map(([name, described]) => fieldOf(name, described, required.includes(name)))
  // Where a secret lies in a store is no secret, and `key` is a part of it there.
  return 'store' in properties ? all.map((field) => ({ ...field, kind: 'text' })) : all
}

function fieldOf(name: string, described: Described, isRequired: boolean): Field {
  const variants = variantsOf(described)
  const isNullable = variants.some(({ type }) => type === 'null')
  const value = variants.find(({ type }) => type !== 'null') ?? described
  const about = [described.description ?? value.description, isRequired ? 'required' : undefined]
  return {
    name,
    kind: SECRETS.has(name) ? 'secret' : kindOf(value),
    isNullable,
    choices: (value.enum ?? value.items?.enum ?? []).map(String),
    about: about.filter((part) => part !== undefined).join('; '),
  }
}

/** A field that may be null of its own may be taken away by a null as well: one choice within another. */
function variantsOf(described: Described): readonly Described[] {
  const { type } = described
  if (Array.isArray(type)) return type.map((each: string) => ({ ...described, type: each }))
  return described.anyOf?.flatMap(variantsOf) ?? [described]
}

function kindOf({ type, items }: Described): Field['kind'] {
  if (type === 'string') return 'text'
  if (type === 'integer' || type === 'number') return 'number'
  if (type === 'boolean') return 'flag'
  return type === 'array' && items?.type === 'string' ? 'list' : 'json'
}

/** `--data` and a flag for each field. */
export function addBodyFlags(command: Command, fields: readonly Field[]): void {
  if (fields.length === 0) return
  command.option('--data <file>', 'the whole body as JSON, in a file; - is standard input; flags go over it')
  for (const field of fields) command.addOption(optionOf(field))
}

function optionOf(field: Field): Option {
  const flag = `--${field.name.replaceAll('_', '-')}`
  const note = [field.about, field.choices.join(' | '), field.isNullable ? 'null: back to the default' : '']
  const about = note.filter((part) => part !== '').join('; ')
  switch (field.kind) {
    case 'secret':
      return new Option(`${flag}-file <file>`, `${about ? `${about}; ` : ''}in a file; - is standard input`)
    case 'flag':
      return new Option(`${flag} [boolean]`, about).argParser((text) => asFlag(text, field))
    case 'number':
      return new Option(`${flag} <number>`, about).argParser((text) => asNumber(text, field))
    case 'list':
      return new Option(`${flag} <values>`, `${about ? `${about}; ` : ''}repeated or separated by commas`).argParser(
        (text, before: unknown) => asList(text, before, field),
      )
    case 'json':
      return new Option(`${flag} <json>`, `${about ? `${about}; ` : ''}JSON, or @file`).argParser(asJson)
    default:
      return new Option(`${flag} <text>`, about).argParser((text) => (isNull(text, field) ? NULL : text))
  }
}

/** The body that `--data` and the flags make together; undefined where the operation takes none. */
export async function bodyOf(
  world: World,
  schema: z.ZodType,
  options: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const fields = fieldsOf(schema)
  if (schema instanceof z.ZodUndefined) return undefined
  const body: Record<string, unknown> = await dataOf(world, options['data'] as string | undefined)
  for (const { name, kind, isNullable } of fields) {
    const key = camelCase(kind === 'secret' ? `${name}_file` : name)
    const value = options[key]
    if (value === undefined) continue
    if (kind === 'secret') body[name] = isNullable && value === 'null' ? null : await secretIn(world, value as string)
    else body[name] = value === NULL ? null : value
  }
  return body
}

async function dataOf(world: World, file: string | undefined): Promise<Record<string, unknown>> {
  if (file === undefined) return {}
  const text = file === '-' ? await world.input() : readInput(file)
  const value = parsed(text)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new CommandFailed(EXIT.usage, `${file === '-' ? 'the input' : file} does not hold a JSON object`)
}

/** As commander names an option's value. */
export function camelCase(name: string): string {
  return name.replaceAll(/[_-](\w)/g, (_, letter: string) => letter.toUpperCase())
}

function isNull(text: string, field: Field): boolean {
  return field.isNullable && text === 'null'
}

function asFlag(text: string, field: Field): boolean | typeof NULL {
  if (isNull(text, field)) return NULL
  if (text === 'true' || text === 'false') return text === 'true'
  throw new InvalidArgumentError('It is true or false.')
}

function asNumber(text: string, field: Field): number | typeof NULL {
  if (isNull(text, field)) return NULL
  const number = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isFinite(number)) return number
  throw new InvalidArgumentError('It is a number.')
}

function asList(text: string, before: unknown, field: Field): readonly string[] | typeof NULL {
  if (isNull(text, field)) return NULL
  const items = text.split(',').map((item) => item.trim())
  return [...(Array.isArray(before) ? (before as string[]) : []), ...items.filter((item) => item !== '')]
}

function asJson(text: string): unknown {
  const value = text.startsWith('@') ? parsed(readInput(text.slice(1))) : parsed(text)
  if (value !== undefined) return value === null ? NULL : value
  throw new InvalidArgumentError('It is JSON, or @ and the name of a file with JSON.')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
