/**
 * Secrets in HashiCorp Vault or OpenBao, KV version 2 (`GET /v1/{mount}/data/{path}`). We log in with a token that lies
 * in a file, which is read at each request, so that an agent may renew it. The store's address is the operator's, and
 * still only reached through the way out.
 */
import { readFile } from 'node:fs/promises'
import { type Egress, EgressError, type EgressResponse } from '#http/egress.ts'
import type { Found, SecretStore, SecretStoreConfig } from './stores.ts'

type VaultConfig = Extract<SecretStoreConfig, { kind: 'vault' }>

const segment = /^[A-Za-z0-9._ -]{1,128}$/

export function vaultStore(config: VaultConfig, egress: Egress): SecretStore {
  return {
    isHeld: true,
    problemOf({ path, key, version }) {
      const segments = path.split('/')
      const isPlain = segments.length <= 16 && segments.every((part) => segment.test(part) && !/^\.+$/.test(part))
      if (!isPlain) return { field: 'path', problem: 'must be a plain path below the prefix of the store' }
      if (key === null) return { field: 'key', problem: 'must be there: a secret of this store has several' }
      if (version === null || /^[1-9][0-9]{0,8}$/.test(version)) return undefined
      return { field: 'version', problem: 'must be a number' }
    },
    async read({ path, key, version }, realmName) {
      const way = [config.mount, 'data', ...(config.prefix === '' ? [] : [config.prefix]), path].join('/')
      const url = new URL(`/v1/${way.split('/').map(encodeURIComponent).join('/')}`, config.address)
      if (version !== null) url.searchParams.set('version', version)
      let token: string
      try {
        token = (await readFile(config.token_file, 'utf8')).trim()
      } catch {
        return { kind: 'away', description: 'the token for the store cannot be read' }
      }
      const headers = {
        'x-vault-token': token,
        'x-vault-request': 'true',
        ...(config.namespace === null ? {} : { 'x-vault-namespace': config.namespace }),
      }
      try {
        return understood(await egress.fetch(url.href, { realm: realmName, headers }), key ?? '')
      } catch (error) {
        if (error instanceof EgressError) return { kind: 'away', description: `the store: ${error.message}` }
        throw error
      }
    },
  }
}

function understood({ status, body }: EgressResponse, key: string): Found {
  if (status === 404) return { kind: 'missing', description: 'the store has no such secret, or no such version of it' }
  if (status === 403) return { kind: 'away', description: 'the store does not let us read there (403)' }
  if (status !== 200) return { kind: 'away', description: `the store answered ${status}` }
  const value = valueIn(body.toString('utf8'), key)
  if (typeof value === 'string' && value !== '') return { kind: 'found', value }
  return { kind: 'missing', description: 'the secret has no text of that key' }
}

/** `data.data.{key}` */
function valueIn(text: string, key: string): unknown {
  try {
    const outer = memberOf(memberOf(JSON.parse(text), 'data'), 'data')
    return memberOf(outer, key)
  } catch {
    return undefined
  }
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Record<string, unknown>)[name]
}
