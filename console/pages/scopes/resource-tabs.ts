/** Scopes and the APIs that they belong to are two lists of one matter. */
import type { Tab } from '../../parts/page/page.tsx'

export function resourceTabs(realm: string): readonly Tab[] {
  return [
    { label: 'Scopes', to: '/realms/$realm/scopes', params: { realm } },
    { label: 'APIs', to: '/realms/$realm/apis', params: { realm } },
  ]
}
