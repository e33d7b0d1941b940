/** How an OAuth server is asked, while nobody uses it, whether it works. */
import type { ReactNode } from 'react'
import { useWatch } from 'react-hook-form'
import { DurationField, SelectField, TextField } from '../../parts/form/fields.tsx'
import { FormSection } from '../../parts/form/form.tsx'
import { Note } from './note.tsx'
import { optionsOf, titles } from './server-values.ts'

const probes = { userinfo: 'Userinfo', introspection: 'Introspection', url: 'A URL of its API' }
const hints: Readonly<Record<string, string>> = {
  userinfo: 'The userinfo URL is asked with the token.',
  introspection: 'The introspection URL is asked about the token (RFC 7662).',
  url: 'GET with the token; 2xx says that it works.',
}

export function ProbeSection(): ReactNode {
  const probe = useWatch({ name: 'probe' }) as string | null
  const grant = useWatch({ name: 'grant_type' }) as string
  return (
    <FormSection title="Probe" text="Whether it works, asked while nobody uses it.">
      <SelectField
        name="probe"
        label={titles.probe}
        options={optionsOf(probes)}
        none="None"
        hint={probe === null ? 'The status says how the last use went.' : hints[probe]}
      />
      {probe === 'url' && (
        <TextField
          name="probe_url"
          label={titles.probe_url}
          isMono
          isRequired
          placeholder="https://api.example/health"
          hint="At the origin of the base URL or of another URL above: a token goes there."
        />
      )}
      {probe !== null && (
        <DurationField name="probe_every_seconds" label={titles.probe_every_seconds} hint="One minute to one day." />
      )}
      {probe !== null && grant === 'authorization_code' && (
        <Note>Asked with the application’s own connection: where only people connect, nothing is asked.</Note>
      )}
    </FormSection>
  )
}
