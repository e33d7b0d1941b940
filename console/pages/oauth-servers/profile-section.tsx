/** The provider profile: chosen from a list, it fills the fields that are known; what differs by customer is asked. */
import { Button, TextInput } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useFormContext, useWatch } from 'react-hook-form'
import { SelectField } from '../../parts/form/fields.tsx'
import { FormSection } from '../../parts/form/form.tsx'
import { useFormPlace } from '../../parts/form/form-place.tsx'
import { defaultsOf, filled } from '../profiles/profile-defaults.ts'
import type { ServerChoices } from './server-choices.ts'
import { titles } from './server-values.ts'

export function ProfileSection({ choices, isNew = false }: { choices: ServerChoices; isNew?: boolean }): ReactNode {
  const name = useWatch({ name: 'profile' }) as string
  const profile = choices.profiles.find((one) => one.name === name)
  return (
    <FormSection title="Provider" text="What is known of the provider: how it is asked, and how its answers are read.">
      <SelectField
        name="profile"
        label={titles.profile}
        options={choices.profiles.map((one) => ({ value: one.name, label: one.title }))}
        hint={
          profile && (
            <Link to="/realms/$realm/profiles/$name" params={{ realm: choices.realm, name }} className="text">
              What the profile says
            </Link>
          )
        }
      />
      {profile && <Fill key={name} of={profile} isNew={isNew} />}
    </FormSection>
  )
}

/** Fields are filled when the person says so: what was typed is not overwritten unseen. */
function Fill({ of, isNew }: { of: ServerChoices['profiles'][number]; isNew: boolean }): ReactNode {
  const { setValue, getValues } = useFormContext()
  const { isReadOnly } = useFormPlace()
  const { variables = {}, ...texts } = defaultsOf(of)
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({})
  if (isReadOnly || texts['token_endpoint'] === undefined) return null
  const fill = () => {
    for (const [field, value] of Object.entries(filled(of, typed))) {
      if (field in getValues()) setValue(field, value, { shouldDirty: true })
    }
    if (isNew && getValues('name') === '') setValue('name', of.title, { shouldDirty: true })
  }
  const isMissing = Object.entries(variables).some(([name, each]) => (typed[name] ?? each.default ?? '') === '')
  return (
    <>
      {Object.entries(variables).map(([name, each]) => (
        <TextInput
          key={name}
          label={each.label}
          value={typed[name] ?? each.default ?? ''}
          onChange={(event) => setTyped({ ...typed, [name]: event.currentTarget.value })}
          autoComplete="off"
          spellCheck={false}
          maw={320}
        />
      ))}
      <div>
        <Button variant="default" onClick={fill} disabled={isMissing}>
          Fill in what is known of {of.title}
        </Button>
      </div>
    </>
  )
}
