/** The settings of a client, section by section: the same for a new one and for one that is there. */
import type { ReactNode } from 'react'
import { useWatch } from 'react-hook-form'
import { authMethods, deviceCodeGrant } from '#contract/client.ts'
import { ChoicesField } from '../../parts/form/choices-field.tsx'
import type { Values } from '../../parts/form/contract-form.ts'
import {
  DurationField,
  MultiSelectField,
  SelectField,
  SwitchField,
  TextareaField,
  TextField,
} from '../../parts/form/fields.tsx'
import { FormSection } from '../../parts/form/form.tsx'
import { JsonField } from '../../parts/form/json-field.tsx'
import { ListField } from '../../parts/form/list-field.tsx'
import { grantNames, methodNames, titles } from './client-values.ts'
import { publicSeconds } from './contradictions.ts'
import type { RealmChoices } from './realm-choices.ts'
import { SaidBeside } from './said-beside.tsx'

interface SectionProps {
  readonly realm: RealmChoices
}

export function AuthenticationSection({ children }: { children?: ReactNode }): ReactNode {
  return (
    <FormSection title="Authentication" text="How the client proves at the token endpoint who it is.">
      <SwitchField
        name="require_client_secret"
        label={titles.require_client_secret}
        hint="Off for what cannot keep one: code in a browser, on a phone or on a desk; and for clients with a key."
      />
      <SelectField
        name="token_endpoint_auth_method"
        label={titles.token_endpoint_auth_method}
        options={authMethods.map((value) => ({ value, label: methodNames[value] ?? value }))}
      />
      {children}
      <SwitchField
        name="require_pkce"
        label={titles.require_pkce}
        hint="Ties each code to the browser that asked for it (RFC 7636)."
      />
      <SaidBeside field="require_pkce" />
      <SwitchField
        name="offline_access"
        label={titles.offline_access}
        hint="It may stay at work when the user has left. Puts offline_access among its scopes."
      />
      <SaidBeside field="offline_access" />
      <SwitchField
        name="require_consent"
        label={titles.require_consent}
        hint="Off for applications of your own: users are not asked what they hand over."
      />
    </FormSection>
  )
}

const grantHints: readonly (readonly [grant: string, hint: string])[] = [
  ['authorization_code', 'Users sign in with a browser: web, single page and native applications.'],
  ['client_credentials', 'From service to service, without a user.'],
  [deviceCodeGrant, 'Devices and command lines: the user signs in on another screen.'],
  ['refresh_token', 'New access tokens when the old ones have expired; each refresh token works once.'],
  ['password', 'For clients that cannot be changed: they see the passwords of people.'],
]

export function GrantsSection(): ReactNode {
  return (
    <FormSection title="Grant types" text="The ways by which the client may get tokens.">
      <ChoicesField
        name="grant_types"
        label={titles.grant_types}
        choices={grantHints.map(([value, hint]) => ({ value, label: grantNames[value] ?? value, hint }))}
      />
      <SaidBeside field="grant_types" />
    </FormSection>
  )
}

export function AddressesSection(): ReactNode {
  return (
    <FormSection
      title="Addresses"
      text="Where browsers may be sent, and from which pages scripts may call. Paste many lines at once."
    >
      <ListField
        name="redirect_uris"
        label={titles.redirect_uris}
        hint="Where a code may be sent. The whole address counts, letter by letter."
        addLabel="Add redirect URI"
        placeholder="https://shop.example/callback"
      />
      <SaidBeside field="redirect_uris" />
      <ListField
        name="post_logout_redirect_uris"
        label={titles.post_logout_redirect_uris}
        hint="Where a user may be sent after signing out."
        addLabel="Add post-logout URI"
        placeholder="https://shop.example/"
      />
      <ListField
        name="allowed_cors_origins"
        label={titles.allowed_cors_origins}
        hint="Pages whose scripts may call the token and userinfo endpoints: scheme, host and port."
        addLabel="Add origin"
        placeholder="https://shop.example"
        tidy={withoutSlash}
      />
    </FormSection>
  )
}

function withoutSlash(line: string): { value: string; note?: string } {
  if (!line.endsWith('/')) return { value: line }
  return { value: line.replace(/\/+$/, ''), note: 'The slash at the end is not part of an origin: it was taken off.' }
}

export function ScopesSection({ realm }: SectionProps): ReactNode {
  return (
    <FormSection title="Scopes" text="What the client may ask for. What it gets is what the user allows as well.">
      <MultiSelectField name="scope" label={titles.scope} options={realm.scopes} separator=" " />
      <SaidBeside field="scope" />
      {realm.name === 'system' && (
        <MultiSelectField
          name="roles"
          label={titles.roles}
          hint="What its own tokens may do in the management API, together with their scope."
          options={realm.roles}
        />
      )}
    </FormSection>
  )
}

export function ExpiresIn({ realm }: SectionProps): ReactNode {
  const { token_endpoint_auth_method: method } = useWatch() as Values
  const inherited = method === 'none' ? Math.min(realm.token_validity, publicSeconds) : realm.token_validity
  return (
    <>
      <DurationField
        name="expires_in"
        label={titles.expires_in}
        hint="Seconds that an access token is valid. Empty: as the realm says."
        inherits={{ says: 'as the realm', seconds: inherited }}
      />
      <SaidBeside field="expires_in" />
    </>
  )
}

/** `children`: what stands first, where it does not stand elsewhere. */
export function TokensSection({ realm, children }: SectionProps & { children?: ReactNode }): ReactNode {
  return (
    <FormSection title="Tokens" text="How long they live and what they look like.">
      {children}
      <SelectField
        name="access_token_format"
        label={titles.access_token_format}
        hint="Signed tokens are checked by the API itself; opaque ones are asked about here, each time."
        options={[
          { value: 'jwt', label: 'Signed (JWT)' },
          { value: 'opaque', label: 'Opaque' },
        ]}
      />
      <SelectField
        name="id_token_signed_response_alg"
        label={titles.id_token_signed_response_alg}
        options={[
          { value: 'RS256', label: 'RS256' },
          { value: 'ES256', label: 'ES256' },
        ]}
      />
      <DurationField
        name="refresh_idle_seconds"
        label={titles.refresh_idle_seconds}
        hint="A refresh token that nobody used for so long is dead."
        inherits={{ says: 'as the realm', seconds: realm.refresh_idle_seconds }}
      />
      <SaidBeside field="refresh_idle_seconds" />
      <DurationField
        name="refresh_absolute_seconds"
        label={titles.refresh_absolute_seconds}
        hint="After so long the user has to sign in again, whatever happened between."
        inherits={{ says: 'as the realm', seconds: realm.refresh_absolute_seconds }}
      />
    </FormSection>
  )
}

export function AppearanceSection(): ReactNode {
  return (
    <FormSection title="Logo and links" text="Shown to users where they sign in and agree.">
      <TextField name="logo_uri" label={titles.logo_uri} placeholder="https://shop.example/logo.svg" />
      <TextField name="policy_uri" label={titles.policy_uri} placeholder="https://shop.example/privacy" />
      <TextField name="tos_uri" label={titles.tos_uri} placeholder="https://shop.example/terms" />
    </FormSection>
  )
}

export function KeysSection(): ReactNode {
  return (
    <FormSection title="Keys" text="Public keys of the client, for methods with a signed assertion of its own key.">
      <JsonField
        name="jwks"
        label={titles.jwks}
        hint="Public keys only (RFC 7517)."
        rows={4}
        placeholder='{"keys": [{"kty": "EC", "crv": "P-256", "kid": "1", "x": "…", "y": "…"}]}'
      />
      <SaidBeside field="jwks" />
      <TextField
        name="jwks_uri"
        label={titles.jwks_uri}
        hint="Or where it publishes them: they are fetched from there."
        placeholder="https://shop.example/jwks.json"
      />
      <SaidBeside field="jwks_uri" />
    </FormSection>
  )
}

export function ReachSection({ realm }: SectionProps): ReactNode {
  return (
    <FormSection title="APIs and the door out" text="For clients that are APIs, and for calls to other servers.">
      <MultiSelectField
        name="resource_server_for"
        label={titles.resource_server_for}
        hint="APIs that it is the server of: it may ask whether tokens for them hold (RFC 7662)."
        options={realm.apis}
      />
      <SwitchField
        name="introspect_all"
        label={titles.introspect_all}
        hint="For gateways. Whoever has its secret can ask about any token here."
      />
      <SelectField
        name="environment"
        label={titles.environment}
        hint="Whose settings of OAuth servers it gets."
        options={realm.environments}
        none="None"
      />
      <SelectField name="application" label={titles.application} options={realm.applications} none="None" />
    </FormSection>
  )
}

export function AboutFields(): ReactNode {
  return (
    <>
      <TextareaField name="description" label={titles.description} />
      <TextField name="client_uri" label={titles.client_uri} placeholder="https://shop.example" />
    </>
  )
}

export function EnabledField(): ReactNode {
  return (
    <SwitchField
      name="enabled"
      label={titles.enabled}
      hint="A disabled client gets no codes and no tokens; those it has are dead."
    />
  )
}
