/** Kinds of applications, and what a new client of each kind begins with. */
import { AppWindow, Cpu, Globe, type LucideIcon, Settings2, Smartphone, Terminal } from 'lucide-react'
import { deviceCodeGrant } from '#contract/client.ts'
import type { Values } from '../../parts/form/contract-form.ts'

export interface ClientType {
  readonly id: string
  readonly label: string
  readonly text: string
  readonly icon: LucideIcon
  readonly values: Values
}

const withSecret = { require_client_secret: true, token_endpoint_auth_method: 'client_secret_basic' }
const isPublic = { require_client_secret: false, token_endpoint_auth_method: 'none' }
const signIn = 'openid profile email'
const user = { require_pkce: true, scope: signIn, offline_access: false }
const userOffline = { require_pkce: true, scope: `${signIn} offline_access`, offline_access: true }

export const clientTypes: readonly [ClientType, ...ClientType[]] = [
  {
    id: 'web',
    label: 'Web application',
    text: 'Runs on a server and can keep a secret. Users sign in.',
    icon: Globe,
    values: { ...withSecret, ...user, grant_types: ['authorization_code', 'refresh_token'] },
  },
  {
    id: 'spa',
    label: 'Single page',
    text: 'Runs in the browser: no secret, PKCE, and an origin for CORS.',
    icon: AppWindow,
    values: { ...isPublic, ...user, grant_types: ['authorization_code', 'refresh_token'] },
  },
  {
    id: 'native',
    label: 'Native',
    text: 'On a phone or a desk: no secret, PKCE, stays signed in.',
    icon: Smartphone,
    values: { ...isPublic, ...userOffline, grant_types: ['authorization_code', 'refresh_token'] },
  },
  {
    id: 'machine',
    label: 'Machine',
    text: 'From service to service, in its own name, without users.',
    icon: Cpu,
    values: {
      ...withSecret,
      require_pkce: true,
      scope: '',
      offline_access: false,
      grant_types: ['client_credentials'],
    },
  },
  {
    id: 'device',
    label: 'Device or CLI',
    text: 'Without a browser of its own: users sign in on another screen.',
    icon: Terminal,
    values: { ...isPublic, ...userOffline, grant_types: [deviceCodeGrant, 'refresh_token'] },
  },
  {
    id: 'custom',
    label: 'Custom',
    text: 'Something else: every setting is open.',
    icon: Settings2,
    values: { ...withSecret, ...user, grant_types: ['authorization_code'] },
  },
]

/** The first kind where there is none of that name. */
export function clientType(id: string | undefined): ClientType {
  return clientTypes.find((type) => type.id === id) ?? clientTypes[0]
}
