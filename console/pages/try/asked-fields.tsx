/** What the request asks for. */
import { NativeSelect, PasswordInput, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Client } from '#contract/client.ts'

export interface Asked {
  readonly scope: string
  /** OpenID Connect Core §3.1.2.1; empty: none is sent. */
  readonly prompt: string
  readonly username: string
  readonly password: string
}

export const emptyAsked: Asked = { scope: '', prompt: '', username: '', password: '' }

/** All that the client may ask for; for itself only what needs no person. */
export function usualScope({ scope }: Client, grant: string): string {
  if (grant !== 'client_credentials') return scope
  return scope
    .split(' ')
    .filter((one) => !scopesOfPeople.has(one))
    .join(' ')
}

const scopesOfPeople: ReadonlySet<string> = new Set([
  'openid',
  'profile',
  'email',
  'phone',
  'address',
  'offline_access',
])

interface AskedFieldsProps {
  readonly grant: string
  readonly asked: Asked
  readonly onAsked: (asked: Asked) => void
}

const prompts = [
  { value: '', label: 'As the realm decides' },
  { value: 'login', label: 'login: sign in again' },
  { value: 'consent', label: 'consent: ask for agreement again' },
  { value: 'select_account', label: 'select_account: ask who' },
  { value: 'none', label: 'none: show no page' },
]

export function AskedFields({ grant, asked, onAsked }: AskedFieldsProps): ReactNode {
  const change = (changed: Partial<Asked>) => onAsked({ ...asked, ...changed })
  return (
    <>
      <TextInput
        label="Scope"
        description="What to ask for, with spaces between. Empty: no scope parameter is sent."
        value={asked.scope}
        onChange={(event) => change({ scope: event.currentTarget.value })}
        spellCheck={false}
        autoComplete="off"
      />
      {grant === 'authorization_code' && (
        <NativeSelect
          label="Prompt"
          value={asked.prompt}
          data={prompts}
          onChange={(event) => change({ prompt: event.currentTarget.value })}
        />
      )}
      {grant === 'password' && (
        <>
          <TextInput
            label="Username"
            value={asked.username}
            onChange={(event) => change({ username: event.currentTarget.value })}
            spellCheck={false}
            autoComplete="off"
          />
          <PasswordInput
            label="Password"
            value={asked.password}
            onChange={(event) => change({ password: event.currentTarget.value })}
            autoComplete="off"
            visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
          />
        </>
      )}
    </>
  )
}
