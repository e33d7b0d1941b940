/** The fields of a user: the same for a new one and for one that is there. */
import type { ReactNode } from 'react'
import type { User } from '#contract/user.ts'
import type { Values } from '../../parts/form/contract-form.ts'
import { MultiSelectField, SwitchField, TextField } from '../../parts/form/fields.tsx'
import { FormSection } from '../../parts/form/form.tsx'
import { AddressField } from './address-field.tsx'
import type { RoleChoice } from './role-choices.ts'

export const userTitles = {
  username: 'Username',
  enabled: 'Enabled',
  roles: 'Roles',
  name: 'Name',
  given_name: 'Given name',
  family_name: 'Family name',
  email: 'E-mail',
  email_verified: 'E-mail verified',
  phone_number: 'Phone',
  locale: 'Language',
  address: 'Address',
  password: 'Password',
  must_change_password: 'Must change the password',
} as const

export function profileOf(user: User): Values {
  const { username, name, given_name, family_name, email, email_verified, phone_number, address, locale } = user
  const { enabled, roles } = user
  return {
    username,
    name,
    given_name,
    family_name,
    email,
    email_verified,
    phone_number,
    address,
    locale,
    enabled,
    roles,
  }
}

export const emptyProfile: Values = {
  username: '',
  name: null,
  given_name: null,
  family_name: null,
  email: null,
  email_verified: false,
  phone_number: null,
  address: null,
  locale: null,
  enabled: true,
  roles: [],
}

interface SignInSectionProps {
  readonly roles: readonly RoleChoice[]
  readonly isAdministrator: boolean
  readonly children?: ReactNode
}

export function SignInSection({ roles, isAdministrator, children }: SignInSectionProps): ReactNode {
  return (
    <FormSection
      title="Sign-in"
      text={
        isAdministrator
          ? 'Under which name the person signs in, and what they may administer.'
          : 'Under which name the person signs in, and what they are to your APIs.'
      }
    >
      <TextField name="username" label={userTitles.username} isRequired hint="The e-mail address works as well." />
      {children}
      <MultiSelectField
        name="roles"
        label={userTitles.roles}
        options={roles}
        hint={
          isAdministrator
            ? 'admin: everything. viewer: sees everything, changes nothing. realm-admin and realm-viewer: the same in one realm.'
            : 'In the roles claim of tokens, for clients that may ask for the scope role.'
        }
      />
      <SwitchField
        name="enabled"
        label={userTitles.enabled}
        hint="Whoever is disabled cannot sign in; their sessions and tokens are dead."
      />
    </FormSection>
  )
}

export function ProfileSection(): ReactNode {
  return (
    <FormSection title="Profile" text="What applications learn with the scopes profile, email and phone.">
      <TextField name="name" label={userTitles.name} placeholder="Ada Lovelace" />
      <TextField name="given_name" label={userTitles.given_name} />
      <TextField name="family_name" label={userTitles.family_name} />
      <TextField name="email" label={userTitles.email} placeholder="ada@shop.example" />
      <SwitchField
        name="email_verified"
        label={userTitles.email_verified}
        hint="Somebody has made sure that the address is theirs. Another address is not verified."
      />
      <TextField name="phone_number" label={userTitles.phone_number} placeholder="+39 011 555 0100" />
      <TextField name="locale" label={userTitles.locale} placeholder="en, de-AT" hint="A language tag (BCP 47)." />
    </FormSection>
  )
}

export function AddressSection(): ReactNode {
  return (
    <FormSection title="Address" text="What applications learn with the scope address.">
      <AddressField name="address" label={userTitles.address} />
    </FormSection>
  )
}
