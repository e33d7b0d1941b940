/** The settings of a realm, section by section: the same for a new one and for one that is there. */
import { Alert } from '@mantine/core'
import { TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useWatch } from 'react-hook-form'
import { ChoicesField } from '../../parts/form/choices-field.tsx'
import { DurationField, SwitchField, TextField } from '../../parts/form/fields.tsx'
import { FormSection } from '../../parts/form/form.tsx'
import { realmTitles } from './realm-titles.ts'

interface SectionProps {
  /** The realm of administrators opens none of the older ways. */
  readonly isSystem: boolean
}

const inherits = { says: 'the default' } as const

export function TokensSection({ isSystem }: SectionProps): ReactNode {
  return (
    <FormSection title="Tokens" text="How long they live where a client says nothing of its own.">
      <TokenValidity isSystem={isSystem} />
      <RefreshFields />
    </FormSection>
  )
}

export function RefreshSection(): ReactNode {
  return (
    <FormSection title="Other tokens" text="How long they live where a client says nothing of its own.">
      <RefreshFields />
    </FormSection>
  )
}

export function TokenValidity({ isSystem }: SectionProps): ReactNode {
  return (
    <DurationField
      name="token_validity"
      label={realmTitles.token_validity}
      hint={
        isSystem
          ? 'Seconds that an access token is valid. In this realm at most 900.'
          : 'Seconds that an access token is valid. Clients may have their own; those that are public get an hour at most.'
      }
      inherits={inherits}
    />
  )
}

function RefreshFields(): ReactNode {
  return (
    <>
      <DurationField name="id_token_seconds" label={realmTitles.id_token_seconds} inherits={inherits} />
      <DurationField
        name="refresh_idle_seconds"
        label={realmTitles.refresh_idle_seconds}
        hint="A refresh token that nobody used for so long is dead."
        inherits={inherits}
      />
      <DurationField
        name="refresh_absolute_seconds"
        label={realmTitles.refresh_absolute_seconds}
        hint="After so long the user has to sign in again, whatever happened between."
        inherits={inherits}
      />
      <DurationField
        name="refresh_replay_seconds"
        label={realmTitles.refresh_replay_seconds}
        hint="Each refresh token works once. Whoever lost the answer may ask again within this time; 0: never."
        inherits={inherits}
      />
    </>
  )
}

export function SessionsSection(): ReactNode {
  return (
    <FormSection title="Sessions" text="How long people stay signed in.">
      <DurationField
        name="session_idle_seconds"
        label={realmTitles.session_idle_seconds}
        hint="Whoever was not seen for so long signs in again."
        inherits={inherits}
      />
      <DurationField
        name="session_absolute_seconds"
        label={realmTitles.session_absolute_seconds}
        hint="Everyone signs in again after so long."
        inherits={inherits}
      />
    </FormSection>
  )
}

const facadeChoices = [
  {
    value: 'appmill',
    label: 'AppMill',
    hint: 'Codes and tokens at /osoc/api/oauthcontroller. Redirect URIs have to be registered here as well.',
  },
  {
    value: 'spring',
    label: 'Spring',
    hint: 'Tokens and check_token at /oauth-server/oauth. By GET the token stands in addresses, and so in logs.',
  },
  {
    value: 'onesait',
    label: 'onesait Platform',
    hint: 'check_token and revoke_token at /oauth-server/openplatform-oauth, with the token in the address.',
  },
]

export function OlderWaysSection({ isSystem, uses }: SectionProps & { uses?: ReactNode }): ReactNode {
  const hasPassword = useWatch({ name: 'allow_password_grant' }) === true
  const facades = (useWatch({ name: 'facades' }) as readonly string[] | undefined) ?? []
  return (
    <FormSection
      title="Older ways in"
      text={
        isSystem
          ? 'The realm of administrators has none of them.'
          : 'For applications that cannot be changed yet. Off is better; who still uses them is counted.'
      }
    >
      <SwitchField
        name="allow_password_grant"
        label={realmTitles.allow_password_grant}
        hint="Clients of that grant type may exchange a username and password for tokens."
        isReadOnly={isSystem}
      />
      {hasPassword && (
        <Risk>
          Applications see the passwords of people, and no second factor can be asked for (RFC 9700 section 2.4). The
          KEY of the realm needs it.
        </Risk>
      )}
      <ChoicesField
        name="facades"
        label={realmTitles.facades}
        hint="Answers as other products give them. Each belongs to one realm at a time."
        choices={facadeChoices}
        isReadOnly={isSystem}
      />
      {facades.length > 0 && (
        <Risk>
          These ways leave out what standard clients do for their safety: PKCE, and tokens that stay out of logs.
        </Risk>
      )}
      {uses}
    </FormSection>
  )
}

/** Said aloud when the switch goes on. */
function Risk({ children }: { children: ReactNode }): ReactNode {
  return (
    <Alert color="amber" variant="light" icon={<TriangleAlert aria-hidden />} p="xs" role="status">
      {children}
    </Alert>
  )
}

export function OutboundSection(): ReactNode {
  return (
    <FormSection title="The door out" text="For the OAuth servers of this realm.">
      <SwitchField
        name="strict_reauthorization"
        label={realmTitles.strict_reauthorization}
        hint="Off: only a change that an authorization depends on asks for a new one."
      />
    </FormSection>
  )
}

export function AppearanceSection(): ReactNode {
  return (
    <FormSection title="Appearance" text="Of the pages where people sign in and agree.">
      <TextField name="colour" label={realmTitles.colour} placeholder="#1f4b4a" />
      <TextField name="logo_uri" label={realmTitles.logo_uri} placeholder="https://shop.example/logo.svg" />
    </FormSection>
  )
}
