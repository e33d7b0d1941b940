/** Secrets in environment variables of this process; only those whose names begin as the operator said. */
import type { SecretStore } from './stores.ts'
import { pick } from './stores.ts'

export function environmentStore(prefix: string, environment: (name: string) => string | undefined): SecretStore {
  return {
    isHeld: false,
    problemOf({ path, version }) {
      const isVariable = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(path)
      if (!isVariable || !path.startsWith(prefix) || path === prefix || /^SALLYPORT_/i.test(path)) {
        return { field: 'path', problem: 'must be a variable whose name begins as the store allows' }
      }
      return version === null ? undefined : { field: 'version', problem: 'variables have no versions' }
    },
    read: ({ path, key }) => {
      const text = environment(path)
      if (text === undefined) return Promise.resolve({ kind: 'missing', description: 'there is no such variable' })
      return Promise.resolve(pick(text, key))
    },
  }
}
