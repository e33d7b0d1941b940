/**
 * The secrets of an OAuth server that stand deeper than its own fields: those of overrides, and of secret parameters. Each
 * has a name that holds in whatever order a document has them.
 */
import { z } from 'zod'
import { secretReference } from '#contract/configuration.ts'
import { oauthServerPatch } from '#contract/oauth-server.ts'
import { overrideBody, parameter, secretReference as storeReference } from '#contract/oauth-server-fields.ts'
import { secretFields } from '#outbound/layers.ts'
import { parameterField } from '#store/oauth-server-settings.ts'
import type { Entry } from './section.ts'

const aSecret =
  'must be {env: NAME}, {file: PATH} or where a secret store has it: a secret itself does not belong in a file'
const reference = z.union([secretReference, storeReference], { error: aSecret })
export const references = Object.fromEntries(secretFields.map((field) => [field, reference.optional()]))

const parameters = z
  .array(
    parameter
      .extend({ value: z.union([parameter.shape.value, secretReference]) })
      .refine(({ secret = false, value }) => secret || typeof value !== 'object' || value === null, {
        path: ['value'],
        error: 'must be a text where the parameter is not secret',
      })
      .refine(({ secret = false, value }) => !secret || typeof value !== 'string', {
        path: ['value'],
        error: 'must be {env: NAME} or {file: PATH}: a secret itself does not belong in a file',
      }),
  )
  .max(50)
  .optional()

/** What a document may say where the API takes a secret itself. */
export const deeper = {
  query_parameters: parameters,
  post_parameters: parameters,
  overrides: z
    .array(overrideBody.extend({ ...references, query_parameters: parameters, post_parameters: parameters }))
    .max(100)
    .optional(),
}

export interface Slot {
  /** `overrides[environment test].client_secret` */
  readonly field: string
  /** Where it stands in the document. */
  readonly path: string
  /** Which override it is of; undefined: the server's own. */
  readonly layer: number | undefined
  /** As the store calls it. */
  readonly stored: string
  readonly value: unknown
  readonly schema: z.ZodType
}

const lists = ['query_parameters', 'post_parameters'] as const

/** The server with what `of` says in place of each such secret; undefined takes the member away. */
export function withSecrets(server: Entry, of: (slot: Slot) => unknown): Entry {
  const base = withParameters(server, '', '', undefined, of)
  const overrides = base['overrides'] as readonly Entry[] | null | undefined
  if (!overrides) return base
  return { ...base, overrides: overrides.map((layer, index) => ofLayer(layer, index, of)) }
}

export function slotsOf(server: Entry): readonly Slot[] {
  const slots: Slot[] = []
  withSecrets(server, (slot) => {
    slots.push(slot)
    return slot.value
  })
  return slots
}

function ofLayer(layer: Entry, index: number, of: (slot: Slot) => unknown): Entry {
  const kind = typeof layer['environment'] === 'string' ? 'environment' : 'application'
  const name = `overrides[${kind} ${String(layer[kind])}].`
  const path = `overrides.${index}.`
  const secrets = secretFields.map((field) => {
    const schema = oauthServerPatch.shape[field]
    return [
      field,
      of({ field: name + field, path: path + field, layer: index, stored: field, value: layer[field], schema }),
    ] as const
  })
  const whole = { ...withParameters(layer, name, path, index, of), ...Object.fromEntries(secrets) }
  return Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== undefined))
}

function withParameters(
  layer: Entry,
  name: string,
  path: string,
  index: number | undefined,
  of: (slot: Slot) => unknown,
): Entry {
  const changed = lists.flatMap((list) => {
    const rows = layer[list] as readonly z.output<typeof parameter>[] | null | undefined
    if (!rows) return []
    const next = rows.map((row, at) => {
      if (row.secret !== true) return row
      const leg = row.leg ?? null
      const field = `${name}${list}[${row.name}${leg === null ? '' : `, ${leg}`}].value`
      const slot = { field, path: `${path}${list}.${at}.value`, layer: index, value: row.value }
      const value = of({ ...slot, stored: parameterField(list, row.name, leg), schema: parameter.shape.value })
      return { ...row, value: value ?? null }
    })
    return [[list, next] as const]
  })
  return { ...layer, ...Object.fromEntries(changed) }
}
