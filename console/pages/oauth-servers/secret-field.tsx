/**
 * A secret that is written and never read. What is stored is told, not shown; it stays until another is given, as a
 * text (Local) or as the place where an external store has it.
 */
import { Button, Group, NativeSelect, PasswordInput, Radio, Text, Textarea, TextInput } from '@mantine/core'
import { Search } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useFormContext } from 'react-hook-form'
import type { SecretReference } from '#contract/oauth-server-fields.ts'
import { listSecretStores, lookUpSecret } from '#contract/oauth-server-trial.ts'
import { call, useRead } from '../../parts/api/call.ts'
import { type FieldProps, useField } from '../../parts/form/fields.tsx'
import { told } from '../../parts/show/problem.tsx'
import { Status } from '../../parts/show/status.tsx'
import { sentence } from '../../parts/show/text.ts'
import { localTime } from '../../parts/show/time.tsx'
import styles from './oauth-servers.module.css'
import type { StoredSecret } from './server-values.ts'

interface SecretFieldProps extends FieldProps {
  readonly realm: string
  /** PEM: many lines. */
  readonly isLong?: boolean
}

type Kept = string | SecretReference | StoredSecret | null | undefined

function isStored(value: Kept): value is StoredSecret {
  return typeof value === 'object' && value !== null && 'created_at' in value
}

export function SecretField({ realm, isLong = false, ...props }: SecretFieldProps): ReactNode {
  const { value, change, common, isFixed, ref } = useField(props)
  const { formState } = useFormContext()
  const before = formState.defaultValues?.[props.name] as Kept
  const now = value as Kept
  const { error } = common
  const isKept = isStored(now)
  return (
    <fieldset className={styles.secret} data-field={props.name}>
      <legend>
        {props.label}
        {props.isRequired === true && <span aria-hidden> *</span>}
      </legend>
      {props.hint !== undefined && <p className={styles.hint}>{props.hint}</p>}
      {isKept && <Stored of={now} />}
      {isFixed && !isKept && <p className={styles.hint}>None is stored.</p>}
      {isKept && !isFixed && (
        <Group gap="xs" mt={6}>
          <Button ref={ref} variant="default" onClick={() => change('')} aria-label={`Replace: ${props.label}`}>
            Replace
          </Button>
          {props.isRequired !== true && (
            <Button variant="default" onClick={() => change(null)} aria-label={`Take away: ${props.label}`}>
              Take away
            </Button>
          )}
        </Group>
      )}
      {!isKept && !isFixed && (
        <Given
          {...{ realm, isLong, change, error }}
          label={props.label}
          name={props.name}
          value={now ?? ''}
          empty={isStored(before) ? '' : null}
          focus={ref}
        />
      )}
      {isStored(before) && !isKept && !isFixed && (
        <Button variant="subtle" size="compact-sm" mt={6} onClick={() => change(before)}>
          {now === null ? 'It is taken away when this is saved: keep it after all' : 'Keep the stored one'}
        </Button>
      )}
      {error !== undefined && (
        <p className={styles.wrong} role="alert">
          {error}
        </p>
      )}
    </fieldset>
  )
}

function Stored({ of: { kind, reference, origins, created_at } }: { of: StoredSecret }): ReactNode {
  const where =
    reference && [reference.store, reference.path, reference.key].filter((part) => part !== null).join(' · ')
  return (
    <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
      {kind === 'external' ? `External: ${where ?? ''}` : 'Local, sealed'} · since {localTime(created_at)}
      {origins.length > 0 && ` · goes to ${origins.join(', ')} only`}
    </Text>
  )
}

interface GivenProps {
  readonly realm: string
  readonly label: string
  readonly name: string
  readonly isLong: boolean
  readonly value: string | SecretReference
  /** What an empty text means: where one is stored, null would take that away. */
  readonly empty: '' | null
  readonly error: string | undefined
  readonly focus: (element: HTMLElement | null) => void
  readonly change: (value: unknown) => void
}

function Given({ realm, label, name, isLong, value, empty, error, focus, change }: GivenProps): ReactNode {
  const isExternal = typeof value === 'object'
  const Local = isLong ? Textarea : PasswordInput
  return (
    <>
      <Radio.Group
        value={isExternal ? 'external' : 'local'}
        onChange={(kind) => change(kind === 'local' ? empty : { store: '', path: '', key: null, version: null })}
        aria-label={`${label}: where it is`}
      >
        <Group gap="md" my={6}>
          <Radio value="local" label="Local" />
          <Radio value="external" label="External" />
        </Group>
      </Radio.Group>
      {isExternal ? (
        <External realm={realm} label={label} value={value} change={change} />
      ) : (
        <Local
          ref={focus}
          aria-label={label}
          name={name}
          value={value}
          onChange={(event) => change(event.currentTarget.value === '' ? empty : event.currentTarget.value)}
          error={error !== undefined}
          autoComplete="new-password"
          spellCheck={false}
          {...(isLong && { rows: 4, placeholder: '-----BEGIN …', styles: { input: { fontFamily: 'monospace' } } })}
        />
      )}
    </>
  )
}

interface ExternalProps {
  readonly realm: string
  readonly label: string
  readonly value: SecretReference
  readonly change: (value: SecretReference) => void
}

function External({ realm, label, value, change }: ExternalProps): ReactNode {
  const stores = useRead(listSecretStores, { params: { realm } }).data?.value.items
  const put = (part: Partial<SecretReference>) => change({ ...value, ...part })
  if (stores?.length === 0) {
    return (
      <p className={styles.hint}>The operator has opened no secret store to this realm (SALLYPORT_SECRET_STORES).</p>
    )
  }
  return (
    <div className={styles.external}>
      <NativeSelect
        label="Store"
        aria-label={`${label}: store`}
        value={value.store}
        onChange={(event) => put({ store: event.currentTarget.value })}
        data={[
          { value: '', label: 'Choose…' },
          ...(stores ?? []).map((store) => ({ value: store.name, label: `${store.name} (${store.kind})` })),
        ]}
      />
      {(['path', 'key', 'version'] as const).map((part) => (
        <TextInput
          key={part}
          label={parts[part]}
          aria-label={`${label}: ${part}`}
          value={value[part] ?? ''}
          onChange={(event) =>
            put({ [part]: event.currentTarget.value === '' && part !== 'path' ? null : event.currentTarget.value })
          }
          autoComplete="off"
          spellCheck={false}
        />
      ))}
      <LookUp realm={realm} reference={value} />
    </div>
  )
}

const parts = { path: 'Path', key: 'Key', version: 'Version' } as const

/** Whether it is there now, or why not; never what it is. */
function LookUp({ realm, reference }: { realm: string; reference: SecretReference }): ReactNode {
  const [answer, setAnswer] = useState<{
    readonly of: SecretReference
    readonly isFound: boolean
    readonly text: string
  }>()
  const [isBusy, setIsBusy] = useState(false)
  const look = async () => {
    setIsBusy(true)
    try {
      const { value } = await call(lookUpSecret, { params: { realm }, query: {}, body: reference })
      const text = value.found ? 'It is there.' : sentence(value.reason ?? 'it is not there')
      setAnswer({ of: reference, isFound: value.found, text })
    } catch (error) {
      setAnswer({ of: reference, isFound: false, text: told(error).text })
    }
    setIsBusy(false)
  }
  return (
    <div className={styles.lookUp}>
      <Button
        variant="default"
        loading={isBusy}
        leftSection={<Search size={14} aria-hidden />}
        disabled={reference.store === '' || reference.path === ''}
        onClick={() => void look()}
      >
        Look it up now
      </Button>
      <span role="status">
        {answer?.of === reference && <Status tone={answer.isFound ? 'good' : 'bad'}>{answer.text}</Status>}
      </span>
    </div>
  )
}
