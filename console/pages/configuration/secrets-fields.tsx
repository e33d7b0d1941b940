/** The values of the secrets that a document refers to: sent with the request, kept nowhere in the browser. */
import { PasswordInput } from '@mantine/core'
import { type ReactNode, useDeferredValue, useMemo } from 'react'
import { useFormContext, useWatch } from 'react-hook-form'
import { FormSection } from '../../parts/form/form.tsx'
import { referencesIn } from './document-text.ts'

export function SecretsFields({ yaml }: { yaml: string }): ReactNode {
  const read = useDeferredValue(yaml)
  const names = useMemo(() => referencesIn(read), [read])
  const { setValue } = useFormContext()
  const secrets = useWatch({ name: 'secrets' }) as Readonly<Record<string, string>>
  if (names.length === 0) return null
  const change = (name: string, typed: string) => {
    const { [name]: _, ...others } = secrets
    setValue('secrets', typed === '' ? others : { ...others, [name]: typed }, { shouldDirty: true })
  }
  return (
    <FormSection
      title="Secrets"
      text="The file refers to these. A plan can do without their values; applying cannot. One that a client already has changes nothing."
    >
      {names.map((name) => (
        <PasswordInput
          key={name}
          label={name}
          value={secrets[name] ?? ''}
          onChange={(event) => change(name, event.currentTarget.value)}
          autoComplete="new-password"
          visibilityToggleButtonProps={{ 'aria-label': `Show ${name}` }}
        />
      ))}
    </FormSection>
  )
}
