/** Where a client finds its realm: the addresses of the discovery document, those that it may use first. */
import type { ReactNode } from 'react'
import { deviceCodeGrant } from '#contract/client.ts'
import { Facts } from '../../parts/show/facts.tsx'
import { CopyText } from '../../parts/show/snippet.tsx'
import { issuerOf } from './client-env.ts'
import styles from './clients.module.css'

interface EndpointsProps {
  readonly realm: string
  readonly grantTypes: readonly string[]
}

export function Endpoints({ realm, grantTypes }: EndpointsProps): ReactNode {
  const issuer = issuerOf(realm)
  const hasCode = grantTypes.includes('authorization_code')
  const hasUser = hasCode || grantTypes.includes(deviceCodeGrant) || grantTypes.includes('password')
  const endpoints: readonly (readonly [label: string, address: string, isUsed: boolean])[] = [
    ['Issuer', issuer, true],
    ['Discovery', `${issuer}/.well-known/openid-configuration`, true],
    ['Authorization endpoint', `${issuer}/authorize`, hasCode],
    ['Device authorization endpoint', `${issuer}/device_authorization`, grantTypes.includes(deviceCodeGrant)],
    ['Token endpoint', `${issuer}/token`, true],
    ['UserInfo endpoint', `${issuer}/userinfo`, hasUser],
    ['End session endpoint', `${issuer}/logout`, hasCode],
    ['JWKS', `${issuer}/jwks`, true],
    ['Introspection endpoint', `${issuer}/introspect`, true],
    ['Revocation endpoint', `${issuer}/revoke`, true],
  ]
  const facts = endpoints
    .filter(([, , isUsed]) => isUsed)
    .map(([label, address]) => ({ label, value: <Address address={address} label={label} /> }))
  return <Facts facts={facts} />
}

function Address({ address, label }: { address: string; label: string }): ReactNode {
  return (
    <span className={styles.address}>
      <code>{address}</code>
      <CopyText text={address} label={label} />
    </span>
  )
}
