/** What a user has allowed applications and still holds: the tokens that may outlive a session among it. */
import { Text } from '@mantine/core'
import { Ban } from 'lucide-react'
import type { ReactNode } from 'react'
import { listRealmGrants, revokeRealmGrant } from '#contract/realm-lists.ts'
import { useRead, useWrite } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { confirm } from '../../parts/dialog/confirm.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import type { RowAction } from '../../parts/list/action.ts'
import type { Column, RowOf } from '../../parts/list/column.ts'
import { LinkButton } from '../../parts/page/link-button.tsx'
import { Section } from '../../parts/page/page.tsx'
import { ObjectLink } from '../../parts/show/object-link.tsx'
import { ShortList } from '../../parts/show/short-list.tsx'
import { Time } from '../../parts/show/time.tsx'

type Grant = RowOf<typeof listRealmGrants>

interface UserGrantsProps {
  readonly realm: string
  readonly id: string
  readonly username: string
}

/** The newest; all of them stand in the list of the realm. */
const shown = 100

export function UserGrants({ realm, id, username }: UserGrantsProps): ReactNode {
  const mayWrite = useMayWrite(realm)
  const query = { username, sort: '-created_at', page_size: shown } as const
  const { data } = useRead(listRealmGrants, { params: { realm }, query })
  const { mutateAsync } = useWrite(revokeRealmGrant)
  const ask = async (grant: Grant) => {
    const isDone = await confirm({
      title: `Revoke the tokens of ${grant.client_id}?`,
      body: <Text size="sm">They are dead at once. The application is refused until {username} signs in again.</Text>,
      confirm: 'Revoke',
      isDangerous: true,
      run: () => mutateAsync({ params: { realm, grant_id: grant.id }, body: undefined }),
    })
    if (isDone) tellDone('The tokens are revoked')
  }
  const actions: readonly RowAction<Grant>[] = [{ label: 'Revoke', icon: Ban, run: (grant) => void ask(grant) }]
  return (
    <Section
      title="Tokens of applications"
      actions={
        <LinkButton variant="default" at={{ to: '/realms/$realm/tokens', params: { realm }, search: { username } }}>
          All grants
        </LinkButton>
      }
    >
      <ShortList
        label="Grants"
        // The filter finds parts of names: others may have this one in theirs.
        rows={(data?.value.items ?? []).filter(({ user_id }) => user_id === id)}
        columns={columnsOf(realm)}
        idOf={(grant) => grant.id}
        nameOf={({ client_id }) => `the tokens of ${client_id}`}
        {...(mayWrite && { actions })}
        empty={data && 'No application has tokens of this user.'}
      />
    </Section>
  )
}

function columnsOf(realm: string): readonly Column<Grant>[] {
  return [
    {
      id: 'client_id',
      title: 'Client',
      kind: 'text',
      render: ({ client_id: name }) => <ObjectLink of={{ realm, kind: 'client', id: name, name }} />,
    },
    { id: 'scope', title: 'Scopes', kind: 'tags' },
    { id: 'offline', title: 'Lives', kind: 'flag', words: ['Beyond the session', 'With the session'] },
    { id: 'created_at', title: 'Created', kind: 'time' },
    { id: 'expires_at', title: 'Expires', kind: 'time', render: (g) => <Time at={g.expires_at} show="relative" /> },
  ]
}
