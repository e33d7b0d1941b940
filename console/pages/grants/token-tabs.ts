import type { Tab } from '../../parts/page/page.tsx'

export function tokenTabs(realm: string): readonly Tab[] {
  return [
    { label: 'Grants', to: '/realms/$realm/tokens', params: { realm } },
    { label: 'Sessions', to: '/realms/$realm/tokens/sessions', params: { realm } },
  ]
}
