/**
 * Examples of what operations answer, made from the contract: what its requests give as examples, where a field is called
 * the same, and for the rest the smallest thing that its schema allows. The tests parse each by its schema.
 */
import { z } from 'zod'
import type { Operation } from '#contract/operation.ts'
import { operations } from '#contract/operations.ts'

interface Shape {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Shape[]
  readonly allOf?: readonly Shape[]
  readonly format?: string
  readonly minimum?: number
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly items?: Shape
  readonly examples?: readonly unknown[]
  readonly $defs?: Readonly<Record<string, Shape>>
}

type Values = Readonly<Record<string, unknown>>

interface Scene {
  readonly defs: Readonly<Record<string, Shape>>
  /** Values of fields, whatever they are fields of. */
  readonly known: Values
}

/** Lists that say nothing while they are empty. */
const listed: ReadonlySet<string> = new Set(['items', 'results', 'changes', 'checks', 'uses'])
/** 1 December 2025. */
const at = 1_764_547_200
const usual: Values = {
  id: '3f2b8a6e-6a1d-4c1e-9d6b-2f0c5a7e9b41',
  version: '01K8Z3Q4',
  name: 'shop',
  username: 'ada',
  address: '203.0.113.7',
  fingerprint: '1a2b3c4d',
  sub: '3f2b8a6e-6a1d-4c1e-9d6b-2f0c5a7e9b41',
  actor_kind: 'user',
  actor_name: 'ada',
  action: 'client.update',
  request_id: 'M5Djq9e0-2',
  before: { expires_in: 3600 },
  after: { expires_in: 600 },
  client_id: 'shop-web',
  client_name: 'The shop',
  description: 'What the shop uses',
  scope: 'openid profile',
  enabled: true,
  registered_by: 'administrator',
  grant_types: ['authorization_code', 'refresh_token'],
  require_client_secret: true,
  require_pkce: true,
  require_consent: true,
  method: 'GET',
  profile: 'generic_oauth2',
  total: 1,
  page: 1,
  page_size: 25,
}

/** undefined: it answers nothing. */
export function answerExample(operation: Operation): unknown {
  if (operation.answer instanceof z.ZodUndefined) return undefined
  const shape = z.toJSONSchema(operation.answer, { io: 'output' }) as Shape
  return sample(shape, '', { defs: shape.$defs ?? {}, known: { ...usual, ...asked(operation) } })
}

/** What creates the noun that it answers, as the example of that has it. */
function asked({ noun, answer }: Operation): Values {
  const { noun: answered } = operations.find((each) => each.answer === answer) ?? { noun }
  const create = operations.find(({ id, noun: made }) => made === answered && id.endsWith('.create'))
  const examples: unknown = create && z.globalRegistry.get(create.body)?.['examples']
  return Array.isArray(examples) ? (examples[0] as Values) : {}
}

function sample(shape: Shape, name: string, scene: Scene): unknown {
  if (shape.$ref !== undefined) return sample(scene.defs[shape.$ref.slice('#/$defs/'.length)] ?? {}, name, scene)
  const known = scene.known[name]
  if (known !== undefined && fits(shape, known)) return known
  if (shape.examples?.length) return shape.examples[0]
  if (shape.const !== undefined) return shape.const
  if (shape.enum) return shape.enum[0]
  if (shape.anyOf) return choice(shape.anyOf, name, scene)
  if (isNullable(shape)) return null
  if (shape.allOf && shape.type === undefined) return sample(shape.allOf[0] ?? {}, name, scene)
  return plain(shape, name, scene)
}

function plain(shape: Shape, name: string, scene: Scene): unknown {
  const { type, properties = {}, required = [], items = {}, format, minimum = 0 } = shape
  switch (type) {
    case 'object':
      return Object.fromEntries(required.map((field) => [field, sample(properties[field] ?? {}, field, scene)]))
    case 'array':
      return listed.has(name) ? [sample(items, '', scene)] : []
    case 'boolean':
      return false
    case 'integer':
    case 'number':
      if (name.endsWith('_at_ms') || name === 'at_ms') return at * 1000
      return name.endsWith('_at') || name === 'at' ? at : Math.max(minimum, 1)
    case 'string':
      return format === 'uri' || name.endsWith('_uri') ? 'https://shop.example/' : 'text'
    default:
      return {}
  }
}

/** Where there may be nothing there is nothing. */
function choice(shapes: readonly Shape[], name: string, scene: Scene): unknown {
  return shapes.some(isNullable) ? null : sample(shapes[0] ?? {}, name, scene)
}

function isNullable({ type }: Shape): boolean {
  return type === 'null' || (Array.isArray(type) && type.includes('null'))
}

/** As far as kinds go. */
function fits({ type, anyOf, enum: choices }: Shape, value: unknown): boolean {
  if (choices) return choices.includes(value)
  if (anyOf) return anyOf.some((one) => fits(one, value))
  if (type === 'array') return Array.isArray(value)
  if (type === 'integer') return typeof value === 'number'
  if (Array.isArray(type)) return type.includes(typeof value)
  return type === undefined || typeof value === type
}
