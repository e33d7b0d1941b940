/** What a profile says, field by field; rules that have members are JSON, with an example where there is nothing yet. */
import type { ReactNode } from 'react'
import { NumberField, SelectField, SwitchField, TextField } from '../../parts/form/fields.tsx'
import { FormSection } from '../../parts/form/form.tsx'
import { JsonField } from '../../parts/form/json-field.tsx'
import { ListField } from '../../parts/form/list-field.tsx'
import { titles } from './profile-values.ts'

const renewals = [
  { value: 'refresh_token', label: 'The refresh token' },
  { value: 'access_token', label: 'The access token' },
  { value: 'client', label: 'The first request once more' },
]

interface RuleProps {
  readonly name: keyof typeof titles
  readonly hint: string
  readonly example: object
  readonly rows?: number
}

function Rule({ name, hint, example, rows = 3 }: RuleProps): ReactNode {
  const placeholder = `For example ${JSON.stringify(example)}`
  return <JsonField name={name} label={titles[name]} hint={hint} rows={rows} placeholder={placeholder} />
}

export function ProfileFields({ isNew = false }: { isNew?: boolean }): ReactNode {
  return (
    <>
      <FormSection title="Provider">
        {isNew && (
          <TextField
            name="name"
            label={titles.name}
            isRequired
            isMono
            hint="Never changes: OAuth servers name the profile by it."
          />
        )}
        <TextField name="title" label={titles.title} isRequired />
        <SwitchField
          name="openid"
          label={titles.openid}
          hint="An ID token is kept and checked; of other providers it is ignored."
        />
        <Rule
          name="defaults"
          hint="Fields of the form of a new server. {name} in an address is one of the variables, asked for by its label."
          example={{}}
          rows={8}
        />
      </FormSection>
      <AskedFields />
      <AnswerFields />
      <LifeFields />
    </>
  )
}

function AskedFields(): ReactNode {
  return (
    <FormSection
      title="How it is asked"
      text="Leg by leg: the method, an address of its own, parameters added, renamed and dropped, headers. {client_id}, {code}, {refresh_token}, {kept.name} and their like are filled when the request is made."
    >
      <Rule
        name="scope"
        hint="The parameter’s name, the separator, and the legs that say it again."
        example={{ separator: ',', resend: ['refresh'] }}
      />
      <Rule
        name="offline"
        hint="How a refresh token is asked for."
        example={{ parameters: { access_type: 'offline' } }}
      />
      <Rule
        name="authorize"
        hint="Of the browser’s request."
        example={{ add: { audience: 'api' }, drop: ['response_type'] }}
      />
      <Rule
        name="callback"
        hint="The parameter with the code, and what is kept."
        example={{ code: 'auth_code', keep: { tenant: 'realmId' } }}
      />
      <Rule
        name="token"
        hint="Of every token request."
        example={{ placement: 'json', rename: { client_id: 'app_id' } }}
      />
      <Rule
        name="refresh"
        hint="As the token request, while it is empty."
        example={{ add: { resource: '{kept.resource}' } }}
      />
      <Rule name="revoke" hint="How a token is given back." example={{ method: 'GET', placement: 'query' }} />
      <Rule
        name="basic_credentials"
        hint="User and password, in place of client ID and secret."
        example={['{client_secret}', '']}
        rows={2}
      />
      <Rule name="assertion_claims" hint="In place of the standard ones." example={{ iss: '{redirect_host}' }} />
      <ListField
        name="hosts"
        label={titles.hosts}
        hint="Where addresses of these rules may lead beside the endpoint’s own origin: accounts.example, *.example. A secret goes there only if it was given for them."
        addLabel="Add host"
      />
    </FormSection>
  )
}

function AnswerFields(): ReactNode {
  return (
    <FormSection title="How its answers are read" text="Paths are names with dots between: data.token.">
      <Rule
        name="answer"
        hint="Format, where the fields stand, what success is, error codes, where the expiry comes from, what is kept."
        example={{ root: 'data', success: { path: 'ok', equals: ['true'] }, expiry: { source: 'milliseconds' } }}
        rows={8}
      />
      <TextField
        name="id_token_issuer"
        label={titles.id_token_issuer}
        isMono
        hint="Where it differs by tenant: {tid} is the claim of that name."
      />
    </FormSection>
  )
}

function LifeFields(): ReactNode {
  return (
    <FormSection title="How its tokens live">
      <SelectField name="renew_with" label={titles.renew_with} none="As usual" options={renewals} />
      <Rule
        name="refresh_token"
        hint="Whether it rotates, for how long a spent one is answered again, and when it dies."
        example={{ rotation: 'rotates', reuse_grace_seconds: 60, idle_seconds: 5_184_000 }}
      />
      <NumberField
        name="margin_seconds"
        label={titles.margin_seconds}
        suffix="s"
        hint="At the latest; empty: five minutes, or a quarter of its life."
      />
      <Rule name="placement" hint="Empty: Authorization: Bearer." example={{ in: 'header', name: 'X-Access-Token' }} />
      <Rule
        name="expired_statuses"
        hint="Answers of the API that say that the token is no longer taken; empty: 401."
        example={[401, 403]}
        rows={2}
      />
    </FormSection>
  )
}
