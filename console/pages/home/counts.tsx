/** How much there is of each noun; each number leads to its list. */
import { Link, type LinkProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { listClients } from '#contract/client.ts'
import { listOAuthServers } from '#contract/oauth-server.ts'
import type { Operation } from '#contract/operation.ts'
import type { Page } from '#contract/page.ts'
import { listRealmSessions } from '#contract/realm-lists.ts'
import { listUsers } from '#contract/user.ts'
import { useRead } from '../../parts/api/call.ts'
import styles from './home.module.css'

interface Counted {
  readonly label: string
  readonly operation: Operation
  readonly to: NonNullable<LinkProps['to']>
}

const counted: readonly Counted[] = [
  { label: 'Clients', operation: listClients, to: '/realms/$realm/clients' },
  { label: 'Users', operation: listUsers, to: '/realms/$realm/users' },
  { label: 'Signed in now', operation: listRealmSessions, to: '/realms/$realm/tokens/sessions' },
  { label: 'OAuth servers', operation: listOAuthServers, to: '/realms/$realm/oauth-servers' },
]

export function Counts({ realm }: { realm: string }): ReactNode {
  return (
    <ul className={styles.counts}>
      {counted.map((one) => (
        <li key={one.label}>
          <Count of={one} realm={realm} />
        </li>
      ))}
    </ul>
  )
}

function Count({ of: { label, operation, to }, realm }: { of: Counted; realm: string }): ReactNode {
  const { data } = useRead(operation, { params: { realm }, query: { page_size: 1 } })
  const page = data?.value as Page<unknown> | undefined
  const number = page === undefined ? '…' : `${page.total.toLocaleString('en')}${page.total_is_lower_bound ? '+' : ''}`
  return (
    <Link to={to} params={{ realm } as never} className={styles.count}>
      <strong>{number}</strong> <span>{label}</span>
    </Link>
  )
}
