import type { Tab } from '../../parts/page/page.tsx'

export function eventTabs(realm: string): readonly Tab[] {
  return [
    { label: 'All events', to: '/realms/$realm/events', params: { realm } },
    { label: 'Failed sign-ins', to: '/realms/$realm/events/failed-logins', params: { realm } },
  ]
}
