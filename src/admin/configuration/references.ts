/**
 * Addresses of built-in APIs follow the installation and the realm, so in a document they begin with `{public_url}` or
 * `{issuer}`, as they do in the rows: a document means the same wherever it is applied. No API of one's own lies there.
 */
import type { Entry, Scene, Section } from './section.ts'

export function symbolic({ context, realm }: Scene, section: Section, entry: Entry): Entry {
  const places = [
    [`${context.publicUrl}/realms/${realm.name}/`, '{issuer}/'],
    [`${context.publicUrl}/`, '{public_url}/'],
  ] as const
  return mapped(section, entry, places)
}

export function expanded({ context, realm }: Scene, section: Section, entry: Entry): Entry {
  const places = [
    ['{issuer}/', `${context.publicUrl}/realms/${realm.name}/`],
    ['{public_url}/', `${context.publicUrl}/`],
  ] as const
  return mapped(section, entry, places)
}

function mapped(section: Section, entry: Entry, places: readonly (readonly [string, string])[]): Entry {
  const one = (value: unknown) => {
    const place = typeof value === 'string' ? places.find(([from]) => value.startsWith(from)) : undefined
    return place && typeof value === 'string' ? place[1] + value.slice(place[0].length) : value
  }
  const changed = section.references
    .filter((name) => Object.hasOwn(entry, name))
    .map((name) => [name, Array.isArray(entry[name]) ? entry[name].map(one) : one(entry[name])] as const)
  return { ...entry, ...Object.fromEntries(changed) }
}
