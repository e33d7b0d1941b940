/** What one environment or application has otherwise: fields are taken up one by one, the rest is inherited. */
import { ActionIcon, NativeSelect } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useFormContext, useWatch } from 'react-hook-form'
import type { Answer } from '#contract/caller.ts'
import { type OAuthServer, readOAuthServer, updateOAuthServer } from '#contract/oauth-server.ts'
import { overrideBody } from '#contract/oauth-server-fields.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { useEditForm } from '../../parts/form/contract-form.ts'
import { Form, FormSection } from '../../parts/form/form.tsx'
import { useFormPlace } from '../../parts/form/form-place.tsx'
import { LayerField, type LayerFieldName, layerFieldNames, secretLayerFields } from './layer-fields.tsx'
import { Note } from './note.tsx'
import styles from './oauth-servers.module.css'
import { fieldInOverride, type Layer, overrideValues, withOverride } from './overrides.ts'
import { titles } from './server-values.ts'
import { tellSaved } from './tell-saved.ts'
import { TrialOutcome, TryButton, useTrial } from './try-draft.tsx'

export function OverridePage(): ReactNode {
  const { realm, slug, kind, layer } = useParams({ from: '/realms/$realm/oauth-servers/$slug/overrides/$kind/$layer' })
  const { data } = useRead(readOAuthServer, { params: { realm, slug } })
  if (data === undefined) return null
  const of: Layer = { kind: kind === 'application' ? 'application' : 'environment', name: layer }
  return <EditOverride key={`${kind} ${layer}`} realm={realm} layer={of} stored={data} />
}

interface EditProps {
  readonly realm: string
  readonly layer: Layer
  readonly stored: Answer<OAuthServer>
}

function EditOverride({ realm, layer, stored }: EditProps): ReactNode {
  const { slug } = stored.value
  const mayWrite = useMayWrite(realm)
  const edit = useEditForm({
    read: readOAuthServer,
    write: updateOAuthServer,
    params: { realm, slug },
    stored,
    valuesOf: (server) => overrideValues(server, layer),
    part: {
      schema: overrideBody,
      patchOf: (typed, server) => withOverride(server, layer, typed),
      fieldOf: fieldInOverride,
    },
    onDone: tellSaved,
  })
  return (
    <Form
      of={edit}
      back={{ to: '/realms/$realm/oauth-servers/$slug/overrides', params: { realm, slug } }}
      titles={titles}
      submitLabel="Save"
      isReadOnly={!mayWrite}
    >
      <FormSection
        title={`${layer.kind === 'environment' ? 'Environment' : 'Application'} ${layer.name}`}
        text="What clients of it get otherwise. What is not here is inherited: from the server, and by an application from the environment."
      >
        <Fields realm={realm} server={stored.value} />
      </FormSection>
      {mayWrite && (
        <div className={styles.more}>
          <TryOverride realm={realm} layer={layer} server={stored.value} />
        </div>
      )}
    </Form>
  )
}

function Fields({ realm, server }: { realm: string; server: OAuthServer }): ReactNode {
  const values = useWatch() as Readonly<Record<string, unknown>>
  const { setValue, clearErrors } = useFormContext()
  const { isReadOnly } = useFormPlace()
  const taken = layerFieldNames.filter((name) => values[name] !== undefined)
  const left = layerFieldNames.filter((name) => values[name] === undefined)
  const take = (name: LayerFieldName) => {
    const isSecret = secretLayerFields.includes(name)
    const inherited = isSecret ? '' : (server as Readonly<Record<string, unknown>>)[name]
    setValue(name, inherited ?? null, { shouldDirty: true })
  }
  const leave = (name: LayerFieldName) => {
    clearErrors(name)
    setValue(name, undefined, { shouldDirty: true })
  }
  return (
    <>
      {taken.length === 0 && <Note>Everything is inherited. Choose a field below to say it otherwise here.</Note>}
      {taken.map((name) => (
        <div key={name} className={styles.overridden}>
          <div>
            <LayerField name={name} realm={realm} />
          </div>
          {!isReadOnly && (
            <ActionIcon size={30} aria-label={`Inherit ${titles[name]}`} title="Inherit it" onClick={() => leave(name)}>
              <X size={15} aria-hidden />
            </ActionIcon>
          )}
        </div>
      ))}
      {!isReadOnly && (
        <NativeSelect
          label="Say another field otherwise"
          value=""
          onChange={(event) => {
            const name = left.find((each) => each === event.currentTarget.value)
            if (name !== undefined) take(name)
          }}
          data={[
            { value: '', label: 'Choose a field…' },
            ...left.map((name) => ({ value: name, label: titles[name] })),
          ]}
          maw={320}
        />
      )}
    </>
  )
}

/** As a client of that layer would get it, with what stands in the form. */
function TryOverride({ realm, layer, server }: { realm: string; layer: Layer; server: OAuthServer }): ReactNode {
  const { getValues } = useFormContext()
  const { outcome, isBusy, run } = useTrial({ realm, slug: server.slug })
  return (
    <div className={styles.lookUp}>
      <TryButton
        label="Try without saving"
        isBusy={isBusy}
        onTry={() => void run({ ...withOverride(server, layer, getValues()), [layer.kind]: layer.name })}
      />
      <TrialOutcome of={outcome} />
    </div>
  )
}
