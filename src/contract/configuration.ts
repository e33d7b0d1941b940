/**
 * A realm as one YAML document: read it, see what another one would change, make it so. What may stand in the document is
 * said by the bodies of the nouns themselves; a secret stands in it as a reference only.
 */
import { z } from 'zod'
import { realmName } from './field.ts'
import { noQuery, nothing, operation } from './operation.ts'

const longestDocument = 1_000_000

/** Where the value of a secret lies for whoever applies the document: the server never looks there. */
export const secretReference = z.union(
  [
    z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'must be the name of a variable') }),
    z.strictObject({ file: z.string().min(1).max(500) }),
  ],
  { error: 'must be {env: NAME} or {file: PATH}: a secret itself does not belong in a file' },
)
export type SecretReference = z.infer<typeof secretReference>

/** How `secrets` names what a reference stands for. */
export function referenceName(reference: SecretReference): string {
  return 'env' in reference ? `env:${reference.env}` : `file:${reference.file}`
}

const yaml = z.string().max(longestDocument).describe('the document; at most 1 MB')

const planned = {
  yaml,
  prune: z.boolean().optional().describe('delete what the sections of the document do not name'),
  secrets: z
    .record(z.string().max(520), z.string().max(256))
    .optional()
    .describe('the values of the references in the document, by env:NAME or file:PATH'),
}

const fieldChange = z
  .object({ field: z.string(), before: z.unknown(), after: z.unknown() })
  .meta({ id: 'ConfigurationFieldChange' })

const configurationChange = z
  .object({
    action: z.enum(['create', 'update', 'delete']),
    kind: z.string(),
    name: z.string(),
    fields: z.array(fieldChange),
  })
  .meta({ id: 'ConfigurationChange' })
export type ConfigurationChange = z.infer<typeof configurationChange>

const named = z.object({ kind: z.string(), name: z.string() })

const changes = z.array(configurationChange)
const kept = z.array(named).describe('what the document does not name and nobody asked to delete')

export const configurationPlan = z
  .object({
    changes,
    kept,
    fingerprint: z.string().describe('of the realm as it is and of what was sent; apply refuses when either changed'),
  })
  .meta({ id: 'ConfigurationPlan' })
export type ConfigurationPlan = z.infer<typeof configurationPlan>

export const configurationApplied = z
  .object({
    changes,
    kept,
    secrets: z
      .array(z.object({ client_id: z.string(), client_secret: z.string() }))
      .describe('generated for clients of the document, answered this once'),
  })
  .meta({ id: 'ConfigurationApplied' })
export type ConfigurationApplied = z.infer<typeof configurationApplied>

const example = 'clients:\n  - client_id: shop-web\n    redirect_uris:\n      - https://shop.example/callback\n'

const noun = {
  noun: 'configuration',
  reach: 'realm',
  params: z.strictObject({ realm: realmName }),
  query: noQuery,
} as const

export const exportConfiguration = operation({
  ...noun,
  id: 'configuration.export',
  method: 'GET',
  path: '/realms/{realm}/configuration',
  summary: 'The realm as YAML, without secrets, people and what is built in',
  right: 'read',
  body: nothing,
  answer: z.object({ yaml: z.string() }).meta({ id: 'Configuration' }),
  status: 200,
  refusals: [400, 404],
})

export const planConfiguration = operation({
  ...noun,
  id: 'configuration.plan',
  method: 'POST',
  path: '/realms/{realm}/configuration/plan',
  summary: 'What applying a document would change; nothing is changed',
  right: 'write',
  body: z.strictObject(planned).meta({ id: 'ConfigurationPlanBody', examples: [{ yaml: example }] }),
  answer: configurationPlan,
  status: 200,
  refusals: [400, 404, 409],
})

export const applyConfiguration = operation({
  ...noun,
  id: 'configuration.apply',
  method: 'POST',
  path: '/realms/{realm}/configuration/apply',
  summary: 'Make the realm what the document says, all of it or nothing',
  right: 'write',
  body: z
    .strictObject({
      ...planned,
      fingerprint: z.string().max(100).optional().describe('of the plan: 409 where the realm changed since'),
    })
    .meta({ id: 'ConfigurationApplyBody', examples: [{ yaml: example, prune: true }] }),
  answer: configurationApplied,
  status: 200,
  refusals: [400, 404, 409],
})

export const configurationOperations = [exportConfiguration, planConfiguration, applyConfiguration]
