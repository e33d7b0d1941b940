/** What stands in the navigation, in its order: one line for each page that has a place there. */
import type { LinkProps } from '@tanstack/react-router'
import {
  Activity,
  AppWindow,
  Boxes,
  Cable,
  Castle,
  DoorOpen,
  FileCog,
  Folders,
  Handshake,
  HeartPulse,
  House,
  Info,
  KeyRound,
  Layers,
  type LucideIcon,
  Recycle,
  ScanSearch,
  ScrollText,
  ShieldCheck,
  SlidersHorizontal,
  Tags,
  Ticket,
  Users,
  Waypoints,
} from 'lucide-react'

export interface NavigationItem {
  readonly label: string
  readonly to: NonNullable<LinkProps['to']>
  readonly icon: LucideIcon
  /** The other half of what this item is about: there it counts as open, too. */
  readonly also?: NonNullable<LinkProps['to']>
}

export interface NavigationGroup {
  /** Absent for what stands alone at the top. */
  readonly label?: string
  /** Which of the two doors it belongs to: shown as the colour of the item that is open. */
  readonly door: 'in' | 'out'
  readonly items: readonly NavigationItem[]
  /** `platform`: only for those who see more than realms of their own. */
  readonly reach?: 'platform'
}

export const navigation: readonly NavigationGroup[] = [
  { door: 'in', items: [{ label: 'Home', to: '/realms/$realm', icon: House }] },
  {
    label: 'Apps',
    door: 'in',
    items: [
      { label: 'Clients', to: '/realms/$realm/clients', icon: AppWindow, also: '/realms/$realm/new-client' },
      { label: 'Scopes & APIs', to: '/realms/$realm/scopes', icon: Layers, also: '/realms/$realm/apis' },
      { label: 'Tokens & sessions', to: '/realms/$realm/tokens', icon: Ticket },
      { label: 'Consents', to: '/realms/$realm/consents', icon: Handshake },
    ],
  },
  {
    label: 'People',
    door: 'in',
    items: [
      { label: 'Users', to: '/realms/$realm/users', icon: Users },
      { label: 'Roles', to: '/realms/$realm/roles', icon: Tags },
    ],
  },
  {
    label: 'Outbound',
    door: 'out',
    items: [
      { label: 'OAuth servers', to: '/realms/$realm/oauth-servers', icon: DoorOpen, also: '/realms/$realm/profiles' },
      { label: 'Connections', to: '/realms/$realm/connections', icon: Cable },
      { label: 'Connectors', to: '/realms/$realm/connectors', icon: Waypoints },
      {
        label: 'Environments & applications',
        to: '/realms/$realm/environments',
        icon: Boxes,
        also: '/realms/$realm/applications',
      },
      { label: 'Categories', to: '/realms/$realm/categories', icon: Folders },
    ],
  },
  {
    label: 'Realm',
    door: 'in',
    items: [
      { label: 'Settings', to: '/realms/$realm/settings', icon: SlidersHorizontal },
      { label: 'Keys', to: '/realms/$realm/keys', icon: KeyRound },
      { label: 'Import & export', to: '/realms/$realm/configuration', icon: FileCog },
      { label: 'Recycle bin', to: '/realms/$realm/deleted', icon: Recycle },
    ],
  },
  {
    label: 'Observe',
    door: 'in',
    items: [
      { label: 'Events', to: '/realms/$realm/events', icon: Activity },
      { label: 'Audit', to: '/realms/$realm/audit', icon: ScrollText },
      { label: 'Health checks', to: '/realms/$realm/health', icon: HeartPulse },
    ],
  },
  {
    label: 'Developer',
    door: 'in',
    items: [{ label: 'Token inspector', to: '/realms/$realm/inspector', icon: ScanSearch }],
  },
  {
    label: 'System',
    door: 'in',
    reach: 'platform',
    items: [
      { label: 'Realms', to: '/system/realms', icon: Castle },
      { label: 'Administrators', to: '/system/administrators', icon: ShieldCheck },
      { label: 'About', to: '/system/about', icon: Info },
    ],
  },
]
