/** The settings of an OAuth server, section by section: the same for a new one and for one that is there. */
import type { ReactNode } from 'react'
import { useWatch } from 'react-hook-form'
import {
  DurationField,
  MultiSelectField,
  NumberField,
  SelectField,
  SwitchField,
  TextareaField,
  TextField,
} from '../../parts/form/fields.tsx'
import { FormSection } from '../../parts/form/form.tsx'
import { TimeField } from '../../parts/form/time-field.tsx'
import { Snippet } from '../../parts/show/snippet.tsx'
import { Discover } from './discover.tsx'
import { LayerField } from './layer-fields.tsx'
import { Note } from './note.tsx'
import styles from './oauth-servers.module.css'
import type { ServerChoices } from './server-choices.ts'
import { grantNames, jwtBearer, optionsOf, titles } from './server-values.ts'

interface SectionProps {
  readonly choices: ServerChoices
}

export function GeneralSection({ choices, isNew = false }: SectionProps & { isNew?: boolean }): ReactNode {
  return (
    <FormSection title="General properties" text="How it is called here, and where it lies.">
      <TextField name="name" label={titles.name} hint="At most 50 characters, one of a kind in the realm." isRequired />
      <TextField
        name="slug"
        label={titles.slug}
        isMono
        hint={
          isNew
            ? 'Part of the addresses at which applications ask for a token. Empty: made from the name.'
            : 'Part of the addresses at which applications ask for a token: when it changes, they have to.'
        }
      />
      <SelectField
        name="category"
        label={titles.category}
        options={choices.categories}
        none="None"
        hint="A folder; it may restrict who uses its servers."
      />
      <TextareaField name="description" label={titles.description} />
    </FormSection>
  )
}

export function GrantSection({ choices: { realm } }: SectionProps): ReactNode {
  const grant = String(useWatch({ name: 'grant_type' }))
  return (
    <FormSection title="Grant" text="How tokens are got there.">
      <SelectField name="grant_type" label={titles.grant_type} options={optionsOf(grantNames)} />
      {grant === 'client_credentials' && (
        <Note>
          The application acts for itself, without a user. Saving fetches a token at once, to see that it works.
        </Note>
      )}
      {grant === 'authorization_code' && (
        <Note>A person connects once in a browser; from then on the tokens are renewed here.</Note>
      )}
      {grant === 'password' && (
        <>
          <Note tone="risk">
            The password of a person is kept here and sent there, and no second factor can be asked for. The standard
            has given it up (RFC 9700 section 2.4): for servers that know nothing else.
          </Note>
          <LayerField name="owner_username" realm={realm} isRequired />
          <LayerField name="owner_password" realm={realm} isRequired />
        </>
      )}
      {grant === 'refresh_token' && (
        <>
          <Note>For a refresh token that was got elsewhere: whoever else uses it may end it.</Note>
          <LayerField name="refresh_token" realm={realm} isRequired />
        </>
      )}
      {grant === jwtBearer && <Note>A signed assertion is exchanged for a token (RFC 7523 section 2.1).</Note>}
    </FormSection>
  )
}

export function AuthenticationSection({ choices: { realm } }: SectionProps): ReactNode {
  const grant = useWatch({ name: 'grant_type' }) as string
  const method = String(useWatch({ name: 'authentication_method' }))
  const signs = method.endsWith('_jwt') || grant === jwtBearer
  const hasKey = method === 'private_key_jwt' || (grant === jwtBearer && method !== 'client_secret_jwt')
  return (
    <FormSection title="Authentication" text="How Sallyport proves there who it is.">
      <LayerField name="authentication_method" realm={realm} />
      <LayerField name="client_id" realm={realm} isRequired />
      {method === 'none' && <Note tone="risk">Whoever knows the client ID can ask for tokens in its name.</Note>}
      {method.startsWith('client_secret_') && <LayerField name="client_secret" realm={realm} isRequired />}
      {method === 'client_secret_basic' && <LayerField name="basic_encoding" realm={realm} />}
      {method === 'tls_client_auth' && (
        <>
          <LayerField name="tls_certificate" realm={realm} isRequired />
          <LayerField name="tls_private_key" realm={realm} isRequired />
        </>
      )}
      {hasKey && (
        <>
          <LayerField name="private_key" realm={realm} isRequired />
          <LayerField name="assertion_alg" realm={realm} />
          <LayerField name="assertion_key_id" realm={realm} />
        </>
      )}
      {signs && (
        <>
          <LayerField name="assertion_audience" realm={realm} />
          <LayerField name="assertion_lifetime_seconds" realm={realm} />
          <LayerField name="assertion_claims" realm={realm} />
        </>
      )}
      {method !== 'none' && (
        <TimeField
          name="secret_expires_at"
          label={titles.secret_expires_at}
          hint="You are reminded before. Empty: never."
        />
      )}
    </FormSection>
  )
}

export function AddressesSection({
  choices: { realm },
  redirectUri,
}: SectionProps & { redirectUri?: string }): ReactNode {
  const grant = useWatch({ name: 'grant_type' }) as string
  const hasUser = grant === 'authorization_code'
  return (
    <FormSection
      title="Addresses"
      text="Https; other addresses only where the operator has opened them. A stored secret never follows a changed address: give it again in the same request."
    >
      <Discover realm={realm} />
      <LayerField name="token_endpoint" realm={realm} isRequired />
      {hasUser && (
        <>
          <LayerField name="authorization_endpoint" realm={realm} isRequired />
          <LayerField name="iss_in_callback" realm={realm} />
          {redirectUri !== undefined && (
            <div>
              <p className={styles.hint}>Redirect URI: register it there, letter by letter.</p>
              <Snippet label="redirect URI" text={redirectUri} />
            </div>
          )}
        </>
      )}
      <LayerField name="refresh_endpoint" realm={realm} />
      <LayerField name="revocation_endpoint" realm={realm} />
      <LayerField name="introspection_endpoint" realm={realm} />
      <LayerField name="userinfo_endpoint" realm={realm} />
      <LayerField name="base_url" realm={realm} />
    </FormSection>
  )
}

export function ScopeSection({ choices: { realm } }: SectionProps): ReactNode {
  return (
    <FormSection title="Access token request" text="What is asked for, and what the server wants besides.">
      <LayerField name="scope" realm={realm} />
      <LayerField name="include_scope" realm={realm} />
      <LayerField name="query_parameters" realm={realm} />
      <LayerField name="post_parameters" realm={realm} />
    </FormSection>
  )
}

const prompts = { consent: 'Consent', login: 'Login', select_account: 'Select account', none: 'None' }
const promptHints: Readonly<Record<string, string>> = {
  consent: 'After signing in the user is asked to grant the permissions.',
  login: 'The user has to enter credentials, also where a single sign-on would do.',
  select_account: 'The user picks one of the accounts that are remembered there.',
  none: 'Nothing is shown. Where it cannot be done silently, an error comes back.',
}

export function UserLoginSection(): ReactNode {
  const grant = useWatch({ name: 'grant_type' }) as string
  const prompt = useWatch({ name: 'prompt' }) as string | null
  if (grant !== 'authorization_code') return null
  return (
    <FormSection title="User login" text="Where a person connects in a browser.">
      <SwitchField
        name="request_refresh_token"
        label={titles.request_refresh_token}
        hint="Without one the person has to connect again whenever the access token has expired."
      />
      <SelectField
        name="prompt"
        label={titles.prompt}
        options={optionsOf(prompts)}
        none="As the server does"
        hint={prompt === null ? undefined : promptHints[prompt]}
      />
      <SwitchField name="pkce" label={titles.pkce} hint="Off only for servers that refuse it (RFC 7636)." />
    </FormSection>
  )
}

export function FailureSection(): ReactNode {
  const onFailure = useWatch({ name: 'on_failure' }) as string
  return (
    <FormSection title="Retries" text="What happens when no token comes.">
      <NumberField name="max_retry_attempts" label={titles.max_retry_attempts} hint="Of one request for a token." />
      <DurationField
        name="max_wait_seconds"
        label={titles.max_wait_seconds}
        hint="How long one caller may wait for a token, all in all."
      />
      <DurationField
        name="refresh_margin_seconds"
        label={titles.refresh_margin_seconds}
        inherits={{ says: 'as the profile' }}
        hint="How long before its end a token is renewed at the latest."
      />
      <SelectField
        name="on_failure"
        label={titles.on_failure}
        options={[
          { value: 'retry', label: 'Keep retrying' },
          { value: 'disable', label: 'Disable the server' },
        ]}
      />
      {onFailure === 'disable' && (
        <Note tone="risk">
          When the retries are used up, everything that depends on it stops until somebody enables it.
        </Note>
      )}
    </FormSection>
  )
}

export function UseSection({ choices }: SectionProps): ReactNode {
  const allowed = useWatch({ name: 'allowed_clients' }) as readonly string[]
  return (
    <FormSection title="Who may use it" text="Clients of this realm that may ask for its tokens.">
      <MultiSelectField name="allowed_clients" label={titles.allowed_clients} options={choices.clients} />
      {allowed.length === 0 && <Note>Nobody may use it yet.</Note>}
      {allowed.includes('*') && (
        <Note tone="risk">Every client of the realm gets tokens of it, those of tomorrow too.</Note>
      )}
    </FormSection>
  )
}
