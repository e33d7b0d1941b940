/** Who a user is. */
import { useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Answer } from '#contract/caller.ts'
import { readUser, type User, updateUser } from '#contract/user.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import { useEditForm } from '../../parts/form/contract-form.ts'
import { FixedValue } from '../../parts/form/fixed-value.tsx'
import { Form } from '../../parts/form/form.tsx'
import { useRoleChoices } from './role-choices.ts'
import { AddressSection, ProfileSection, profileOf, SignInSection, userTitles } from './user-fields.tsx'

export function UserProfile(): ReactNode {
  const { realm, id } = useParams({ from: '/realms/$realm/users/$id/' })
  const { data } = useRead(readUser, { params: { realm, id } })
  return data && <Profile key={id} realm={realm} stored={data} />
}

function Profile({ realm, stored }: { realm: string; stored: Answer<User> }): ReactNode {
  const mayWrite = useMayWrite(realm)
  const roles = useRoleChoices(realm)
  const { id } = stored.value
  const edit = useEditForm({
    read: readUser,
    write: updateUser,
    params: { realm, id },
    stored,
    valuesOf: profileOf,
    onDone: ({ username }) => tellDone(`${username} is saved`),
  })
  return (
    <Form of={edit} back={{ to: '/realms/$realm/users', params: { realm } }} titles={userTitles} isReadOnly={!mayWrite}>
      <SignInSection roles={roles} isAdministrator={realm === 'system'}>
        <FixedValue label="Subject (sub)" value={id} />
      </SignInSection>
      <ProfileSection />
      <AddressSection />
    </Form>
  )
}
