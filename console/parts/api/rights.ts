/** What the person may do, from the roles that the server told: the server judges each call again. */
import { useSyncExternalStore } from 'react'
import type { Me } from '#contract/me.ts'
import { currentState, subscribe } from './session.ts'

export function useMe(): Me {
  return useSyncExternalStore(subscribe, currentState).me
}

/** Whether this person may change things in the realm; without a name: in the whole installation. */
export function useMayWrite(realm?: string): boolean {
  return mayWrite(useMe(), realm)
}

export function mayWrite({ roles }: Me, realm?: string): boolean {
  return roles.includes('admin') || (realm !== undefined && roles.includes(`realm-admin:${realm}`))
}

/** Whether the person sees more than realms of their own. */
export function seesPlatform({ roles }: Me): boolean {
  return roles.includes('admin') || roles.includes('viewer')
}
