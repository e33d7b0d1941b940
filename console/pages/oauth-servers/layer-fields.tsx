/** The fields that a layer may say otherwise: the same control in the server's own form and in an override. */
import { Checkbox, NativeSelect } from '@mantine/core'
import type { ReactNode } from 'react'
import { legs, secrets } from '#contract/oauth-server-fields.ts'
import { DurationField, SelectField, SwitchField, TextField } from '../../parts/form/fields.tsx'
import { JsonField } from '../../parts/form/json-field.tsx'
import { type Pair, PairsField } from '../../parts/form/pairs-field.tsx'
import { SecretField } from './secret-field.tsx'
import { methodNames, optionsOf, titles } from './server-values.ts'

export type LayerFieldName = keyof typeof controls

interface ControlProps {
  readonly name: string
  readonly label: string
  readonly realm: string
  readonly isRequired?: boolean
}

type Control = (props: ControlProps) => ReactNode

function url(placeholder: string, hint?: string): Control {
  return ({ realm: _realm, ...field }) => (
    <TextField {...field} placeholder={placeholder} isMono {...(hint !== undefined && { hint })} />
  )
}

function text(hint: string, placeholder?: string): Control {
  return ({ realm: _realm, ...field }) => (
    <TextField {...field} hint={hint} isMono {...(placeholder !== undefined && { placeholder })} />
  )
}

function choice(names: Readonly<Record<string, string>>, hint?: string): Control {
  return ({ realm: _realm, ...field }) => (
    <SelectField {...field} options={optionsOf(names)} {...(hint !== undefined && { hint })} />
  )
}

function flag(hint: string): Control {
  return ({ realm: _realm, ...field }) => <SwitchField {...field} hint={hint} />
}

function secret(hint?: string): Control {
  return (field) => <SecretField {...field} {...(hint !== undefined && { hint })} />
}

function pem(hint: string): Control {
  return (field) => <SecretField {...field} hint={hint} isLong />
}

type Leg = (typeof legs)[number]

interface Parameter extends Pair {
  readonly value: string | null
  readonly leg: Leg | null
  readonly secret: boolean
}

const newParameter: Parameter = { name: '', value: '', leg: null, secret: false }
const legNames: Readonly<Record<Leg, string>> = { authorize: 'Authorize', token: 'Token', refresh: 'Refresh' }

function parameters(addLabel: string, hint: string): Control {
  return ({ realm: _realm, ...field }) => (
    <PairsField<Parameter>
      {...field}
      hint={hint}
      addLabel={addLabel}
      newRow={newParameter}
      rest={(row, label, change, isFixed) => (
        <>
          <NativeSelect
            aria-label={`${label}: request`}
            value={row.leg ?? ''}
            disabled={isFixed}
            onChange={(event) => change({ ...row, leg: legs.find((leg) => leg === event.currentTarget.value) ?? null })}
            data={[{ value: '', label: 'All requests' }, ...legs.map((leg) => ({ value: leg, label: legNames[leg] }))]}
          />
          <Checkbox
            label="Secret"
            aria-label={`${label}: secret`}
            checked={row.secret}
            disabled={isFixed}
            // What is stored cannot be shown: one that is no secret any more is given again.
            onChange={(event) =>
              change({
                ...row,
                secret: event.currentTarget.checked,
                value: event.currentTarget.checked ? row.value : (row.value ?? ''),
              })
            }
          />
        </>
      )}
    />
  )
}

const controls = {
  client_id: text('Yours, there.'),
  authentication_method: choice(methodNames),
  client_secret: secret(),
  basic_encoding: choice(
    { strict: 'As the standard says', loose: 'As it is' },
    '“As it is” for servers that do not decode it (RFC 6749 section 2.3.1).',
  ),
  private_key: pem('PEM, without a passphrase. Signs what we send.'),
  tls_certificate: pem('PEM, with its chain.'),
  tls_private_key: pem('PEM, without a passphrase.'),
  assertion_alg: choice({ RS256: 'RS256', PS256: 'PS256', ES256: 'ES256' }),
  assertion_key_id: text('As the server knows the key. Empty: none is sent.'),
  assertion_audience: text('token_endpoint, issuer, or a text of its own.'),
  assertion_lifetime_seconds: ({ realm: _realm, ...field }) => <DurationField {...field} />,
  assertion_claims: ({ realm: _realm, ...field }) => (
    <JsonField
      {...field}
      rows={3}
      hint="Beside or in place of iss, sub, aud, iat, exp and jti."
      placeholder='{"scope": "…"}'
    />
  ),
  owner_username: text('Of the resource owner.'),
  owner_password: secret(),
  refresh_token: secret('The first one; those that come after it are kept with the connection.'),
  issuer: url('https://login.example', 'Discover fills the addresses from what it publishes about itself.'),
  token_endpoint: url('https://login.example/oauth/token'),
  authorization_endpoint: url('https://login.example/oauth/authorize'),
  refresh_endpoint: url('https://login.example/oauth/token', 'Empty: the access token URL.'),
  revocation_endpoint: url('https://login.example/oauth/revoke', 'Disconnecting revokes there, where there is one.'),
  introspection_endpoint: url('https://login.example/oauth/introspect'),
  userinfo_endpoint: url('https://login.example/userinfo'),
  iss_in_callback: flag('A callback without iss is refused (RFC 9207). Discover finds out.'),
  base_url: url('https://api.example/v2', 'Calls and connectors stay below it.'),
  scope: text('Case-sensitive, with spaces between them.', 'contacts.read contacts.write'),
  include_scope: flag('Whether the access token request names the scope.'),
  query_parameters: parameters('Add query parameter', 'Added to the address of a request.'),
  post_parameters: parameters('Add post parameter', 'Added to the body of a request.'),
} satisfies Readonly<Record<string, Control>>

export const layerFieldNames = Object.keys(controls) as LayerFieldName[]
export const secretLayerFields: readonly string[] = Object.keys(secrets)

interface LayerFieldProps {
  readonly name: LayerFieldName
  readonly realm: string
  readonly isRequired?: boolean
}

export function LayerField({ name, realm, isRequired = false }: LayerFieldProps): ReactNode {
  const Control: Control = controls[name]
  return <Control name={name} label={titles[name]} realm={realm} isRequired={isRequired} />
}
