/** Fields that say one thing in two ways: changing one moves the other, as the server would. */
import { useEffect } from 'react'
import type { UseFormReturn } from 'react-hook-form'
import type { Values } from '../../parts/form/contract-form.ts'
import { hasSecret } from './client-values.ts'

export function useLinkedFields(form: UseFormReturn): void {
  useEffect(
    () =>
      form.subscribe({
        formState: { values: true },
        callback: ({ name, values }) => {
          for (const [field, value] of Object.entries(following(name, values))) {
            if (values[field] !== value) form.setValue(field, value, { shouldDirty: true })
          }
        },
      }),
    [form],
  )
}

/** What the others have to be now that this one was changed. */
function following(name: string | undefined, values: Values): Values {
  const { require_client_secret, token_endpoint_auth_method: method, offline_access } = values
  switch (name) {
    case 'require_client_secret':
      if (hasSecret(method) === require_client_secret) return {}
      return { token_endpoint_auth_method: require_client_secret === true ? 'client_secret_basic' : 'none' }
    case 'token_endpoint_auth_method':
      return { require_client_secret: hasSecret(method) }
    case 'offline_access':
      return { scope: withOffline(scopesOf(values), offline_access === true).join(' ') }
    case 'scope':
      return { offline_access: scopesOf(values).includes('offline_access') }
    default:
      return {}
  }
}

function withOffline(scopes: readonly string[], isOn: boolean): readonly string[] {
  if (scopes.includes('offline_access') === isOn) return scopes
  return isOn ? [...scopes, 'offline_access'] : scopes.filter((scope) => scope !== 'offline_access')
}

export function scopesOf({ scope }: Values): string[] {
  return typeof scope === 'string' ? scope.split(' ').filter((name) => name !== '') : []
}
