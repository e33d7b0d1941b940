/** What an environment or an application has otherwise: of the server's overrides, one at a time. */
import type { OAuthServer } from '#contract/oauth-server.ts'
import type { Values } from '../../parts/form/contract-form.ts'
import { secretNames, storedSecret } from './server-values.ts'

export type Override = OAuthServer['overrides'][number]
export type LayerKind = 'environment' | 'application'

/** Which layer an override is for. */
export interface Layer {
  readonly kind: LayerKind
  readonly name: string
}

export function layerOf({ environment, application }: Override): Layer {
  if (environment !== null) return { kind: 'environment', name: environment }
  return { kind: 'application', name: application ?? '' }
}

export function isOf(override: Override, { kind, name }: Layer): boolean {
  return override[kind] === name
}

/** The fields of its form: what it says, and what is told of its secrets. What is not in it is inherited. */
export function overrideValues(server: OAuthServer, layer: Layer): Values {
  const {
    environment: _environment,
    application: _application,
    ...said
  } = server.overrides.find((each) => isOf(each, layer)) ?? none
  const place = { environment: null, application: null, [layer.kind]: layer.name }
  const secrets = secretNames.flatMap((name) => {
    const stored = storedSecret(server, name, place)
    return stored === null ? [] : [[name, stored] as const]
  })
  return { ...said, ...Object.fromEntries(secrets) }
}

const none: Override = { environment: null, application: null }

/** All overrides, with this one as it was typed; of a secret that is only told of nothing is said, and it is kept. */
export function withOverride(server: OAuthServer, layer: Layer, typed: Values): Values {
  const said = Object.entries(typed).filter(([, value]) => value !== undefined && !isToldOf(value))
  const dropped = Object.keys(overrideValues(server, layer)).filter(
    (name) => secretNames.some((secret) => secret === name) && typed[name] === undefined,
  )
  const next = {
    [layer.kind]: layer.name,
    ...Object.fromEntries(said),
    ...Object.fromEntries(dropped.map((name) => [name, null])),
  }
  const index = server.overrides.findIndex((each) => isOf(each, layer))
  return { overrides: index < 0 ? [...server.overrides, next] : server.overrides.with(index, next as Override) }
}

function isToldOf(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'created_at' in value
}

/** `overrides.2.client_secret` → `client_secret`, where the third is this one. */
export function fieldInOverride(field: string): string {
  return field.replace(/^overrides\.\d+\.?/, '')
}
