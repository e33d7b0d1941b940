/** What a user has allowed applications, for as long as they are not asked again. */
import { Text } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { Undo2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { listUserConsents, withdrawConsent } from '#contract/consent.ts'
import { useWrite } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { confirm } from '../../parts/dialog/confirm.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import type { RowAction } from '../../parts/list/action.ts'
import type { Column, RowOf } from '../../parts/list/column.ts'
import { List } from '../../parts/list/list.tsx'

type Consent = RowOf<typeof listUserConsents>

const columns: readonly Column<Consent>[] = [
  { id: 'client_id', title: 'Client ID', kind: 'text' },
  { id: 'client_name', title: 'Name', kind: 'text' },
  { id: 'scope', title: 'Scopes', kind: 'tags' },
  { id: 'created_at', title: 'Since', kind: 'time' },
  { id: 'updated_at', title: 'Changed', kind: 'time' },
]

export function UserConsents(): ReactNode {
  const { realm, id } = useParams({ from: '/realms/$realm/users/$id/consents' })
  const mayWrite = useMayWrite(realm)
  const { mutateAsync } = useWrite(withdrawConsent)
  const ask = async ({ user_id, client_id, client_name }: Consent) => {
    const isDone = await confirm({
      title: `Withdraw the consent for ${client_name}?`,
      body: <Text size="sm">Every token that came of it ends, and the user is asked again.</Text>,
      confirm: 'Withdraw',
      isDangerous: true,
      run: () => mutateAsync({ params: { realm, user_id, client_id }, body: undefined }),
    })
    if (isDone) tellDone('The consent is withdrawn')
  }
  const actions: readonly RowAction<Consent>[] = [
    { label: 'Withdraw', icon: Undo2, isDangerous: true, key: 'Delete', run: (consent) => void ask(consent) },
  ]
  return (
    <List
      name="user-consents"
      noun={{ one: 'consent', many: 'consents' }}
      operation={listUserConsents}
      params={{ realm, id }}
      columns={columns}
      idOf={({ client_id }) => client_id}
      open={({ client_id }) => ({ to: '/realms/$realm/clients/$clientId', params: { realm, clientId: client_id } })}
      {...(mayWrite && { actions })}
      empty={{
        title: 'No consents',
        text: 'When this person allows an application something, it stands here until it is withdrawn.',
      }}
    />
  )
}
