/**
 * The provider profiles that come with the house: what is known of each provider, as data (`Profile`). One that is
 * missing is no obstacle: the generic ones take whatever the administrator writes, and a realm has its own (`find.ts`).
 */
import type { Profile } from '#oauth-client/profile.ts'
import { GENERIC_OAUTH2 } from './generic-oauth2.ts'
import { GENERIC_OIDC } from './generic-oidc.ts'
import { GITHUB } from './github.ts'
import { GOOGLE } from './google.ts'
import { MICROSOFT_ENTRA_ID } from './microsoft-entra-id.ts'
import { SALESFORCE } from './salesforce.ts'
import { SLACK, SLACK_USER } from './slack.ts'
import { XERO } from './xero.ts'

/** In the order in which they are offered. */
export const PROFILES: readonly Profile[] = [
  GENERIC_OAUTH2,
  GENERIC_OIDC,
  GITHUB,
  GOOGLE,
  MICROSOFT_ENTRA_ID,
  SALESFORCE,
  SLACK,
  SLACK_USER,
  XERO,
]

/** What a server without a profile is asked by. */
export const DEFAULT_PROFILE: Profile = GENERIC_OAUTH2

const byName: ReadonlyMap<string, Profile> = new Map(PROFILES.map((profile) => [profile.name, profile]))

export function shippedProfile(name: string): Profile | undefined {
  return byName.get(name)
}

/**
 * The profile's defaults with its variables filled: those of `values` that it asks for, else what it proposes. A value
 * is one part of a host or path; what could be more is refused (undefined).
 */
export function filledDefaults(
  { defaults }: Profile,
  values: Readonly<Record<string, string>>,
): Omit<Profile['defaults'], 'variables'> | undefined {
  const { variables = {}, ...texts } = defaults
  const filled = new Map(
    Object.entries(variables).map(([name, variable]) => [
      name,
      Object.hasOwn(values, name) ? values[name] : variable.default,
    ]),
  )
  if ([...filled.values()].some((value) => value === undefined || !/^[\w.-]+$/.test(value))) return undefined
  const fill = (text: unknown): unknown =>
    typeof text === 'string' ? text.replaceAll(/\{(\w+)\}/g, (all, name: string) => filled.get(name) ?? all) : text
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, fill(text)]))
}
