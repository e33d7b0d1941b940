/** A new user of a realm; one of `system` is an administrator. */
import { Button, Group } from '@mantine/core'
import { useNavigate, useParams } from '@tanstack/react-router'
import { KeyRound } from 'lucide-react'
import type { ReactNode } from 'react'
import { createUser } from '#contract/user.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import { useCreateForm } from '../../parts/form/contract-form.ts'
import { SwitchField, TextField } from '../../parts/form/fields.tsx'
import { Form, FormSection } from '../../parts/form/form.tsx'
import type { Target } from '../../parts/list/action.ts'
import { type Crumb, Page } from '../../parts/page/page.tsx'
import { Empty } from '../../parts/show/empty.tsx'
import { CopyText } from '../../parts/show/snippet.tsx'
import { newPassword } from './new-password.ts'
import { useRoleChoices } from './role-choices.ts'
import { AddressSection, emptyProfile, ProfileSection, SignInSection, userTitles } from './user-fields.tsx'

export function NewUserPage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/users/new' })
  const list = { to: '/realms/$realm/users', params: { realm } } as const
  return (
    <Page title="New user" crumbs={[{ label: 'Users', ...list }]} lead={`Somebody who signs in to the realm ${realm}.`}>
      <NewUser key={realm} realm={realm} back={list} />
    </Page>
  )
}

export function NewAdministratorPage(): ReactNode {
  const list: Crumb = { label: 'Administrators', to: '/system/administrators' }
  return (
    <Page title="New administrator" crumbs={[list]} lead="Somebody who works in this console.">
      <NewUser realm="system" back={{ to: '/system/administrators' }} />
    </Page>
  )
}

interface NewUserProps {
  readonly realm: string
  readonly back: Target
}

function NewUser(props: NewUserProps): ReactNode {
  const mayWrite = useMayWrite(props.realm)
  if (mayWrite) return <NewUserForm {...props} />
  return <Empty title="You may look, but not change" text="Ask an administrator of this realm." />
}

function NewUserForm({ realm, back }: NewUserProps): ReactNode {
  const navigate = useNavigate()
  const roles = useRoleChoices(realm)
  const create = useCreateForm({
    operation: createUser,
    params: { realm },
    values: { ...emptyProfile, password: '', must_change_password: true },
    onDone: ({ id, username }) => {
      tellDone(`${username} was made`)
      void navigate({ to: '/realms/$realm/users/$id', params: { realm, id }, replace: true })
    },
  })
  const password = create.form.watch('password') as string | undefined
  return (
    <Form of={create} back={back} titles={userTitles} submitLabel="Create">
      <SignInSection roles={roles} isAdministrator={realm === 'system'} />
      <FormSection title="Password" text="To begin with: tell it to the person on another way than the username.">
        <TextField
          name="password"
          label={userTitles.password}
          isSecret
          hint="At least 8 characters, and no name. Empty: nobody can sign in as this user until one is set."
        />
        <Group gap="xs">
          <Button
            variant="default"
            leftSection={<KeyRound size={14} aria-hidden />}
            onClick={() => create.form.setValue('password', newPassword(), { shouldDirty: true, shouldValidate: true })}
          >
            Generate
          </Button>
          {password !== undefined && password !== '' && <CopyText text={password} label="password" />}
        </Group>
        <SwitchField
          name="must_change_password"
          label={userTitles.must_change_password}
          hint="At the first sign-in, so that only they know it."
        />
      </FormSection>
      <ProfileSection />
      <AddressSection />
    </Form>
  )
}
