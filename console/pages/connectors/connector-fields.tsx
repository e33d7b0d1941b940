/** The settings of a connector: the same for a new one and for one that is there. */
import { ActionIcon, Button, Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { Plus, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { type Connector, connectorMethods } from '#contract/connector.ts'
import { listOAuthServers } from '#contract/oauth-server.ts'
import { useRead } from '../../parts/api/call.ts'
import { NumberField, SelectField, TextareaField, TextField, useField } from '../../parts/form/fields.tsx'
import { FormSection } from '../../parts/form/form.tsx'
import { useRowErrors } from '../../parts/form/list-field.tsx'
import { PairsField } from '../../parts/form/pairs-field.tsx'
import { connectionNames, titles } from './connector-values.ts'
import styles from './connectors.module.css'

const newPair = { name: '', value: '' }

export function ConnectorFields({ realm }: { realm: string }): ReactNode {
  const query = { page_size: 1000, sort: 'name' } as const
  const servers = useRead(listOAuthServers, { params: { realm }, query }).data?.value.items ?? []
  return (
    <>
      <FormSection title="Connector" text="A call that is saved, and runs with a token that nobody sees.">
        <TextField name="name" label={titles.name} isRequired />
        <TextareaField name="description" label={titles.description} />
        <SelectField
          name="oauth_server"
          label={titles.oauth_server}
          options={servers.map(({ slug, name }) => ({ value: slug, label: name }))}
          none="Choose…"
          isRequired
        />
        <SelectField
          name="connection"
          label={titles.connection}
          hint="With whose token it runs."
          options={Object.entries(connectionNames).map(([value, label]) => ({ value, label }))}
        />
      </FormSection>
      <FormSection
        title="Request"
        text="Below the base URL of its OAuth server. {names} in braces are filled at each run, encoded for where they stand."
      >
        <SelectField
          name="method"
          label={titles.method}
          options={connectorMethods.map((value) => ({ value, label: value }))}
        />
        <TextField name="path" label={titles.path} isMono placeholder="/customers/{customer}/contacts" />
        <PairsField name="query" label={titles.query} addLabel="Add query parameter" newRow={newPair} />
        <PairsField
          name="headers"
          label={titles.headers}
          addLabel="Add header"
          newRow={newPair}
          hint="Authorization is set by the token."
        />
        <BodyField />
        <NumberField name="timeout_ms" label={titles.timeout_ms} suffix="ms" />
      </FormSection>
      <FormSection title="Outputs" text="What is taken from the answer, for whoever runs it.">
        <OutputsField />
      </FormSection>
    </>
  )
}

const bodyKinds = { none: 'None', json: 'JSON', form: 'Form', text: 'Text' } as const
const bodyHints = {
  none: '',
  json: 'JSON with {names}: inside quotes they are filled as text, outside as they are.',
  form: 'One name=value to a line.',
  text: 'As it is, with {names} filled.',
} as const

function BodyField(): ReactNode {
  const { value, change, leave, common, isFixed } = useField({ name: 'body', label: titles.body })
  const body = (value ?? { kind: 'none', content: '', omit_empty: false }) as Connector['body']
  const kinds = Object.keys(bodyKinds) as (keyof typeof bodyKinds)[]
  return (
    <div className={styles.body}>
      <NativeSelect
        label={common.label}
        value={body.kind}
        disabled={isFixed}
        data={kinds.map((kind) => ({ value: kind, label: bodyKinds[kind] }))}
        onChange={(event) => {
          const kind = kinds.find((each) => each === event.currentTarget.value) ?? 'none'
          change({ ...body, kind, ...(kind === 'none' && { content: '' }) })
        }}
        maw={320}
        {...(body.kind === 'none' && { error: common.error })}
      />
      {body.kind !== 'none' && (
        <>
          <Textarea
            aria-label="Content of the body"
            description={bodyHints[body.kind]}
            value={body.content}
            readOnly={isFixed}
            rows={5}
            onChange={(event) => change({ ...body, content: event.currentTarget.value })}
            onBlur={leave}
            error={common.error}
            spellCheck={false}
            classNames={{ input: styles.mono ?? '' }}
          />
          <Checkbox
            label="Leave out what is empty"
            checked={body.omit_empty}
            disabled={isFixed}
            onChange={(event) => change({ ...body, omit_empty: event.currentTarget.checked })}
          />
        </>
      )}
    </div>
  )
}

type Output = Connector['outputs'][number]
const newOutput: Output = { name: '', from: 'body', language: 'jsonpath', expression: '$.' }
const places = { status: 'Status', header: 'Header', body: 'Body' } as const
const languages = { none: 'Whole body', jsonpath: 'JSONPath', xpath: 'XPath', regex: 'Regular expression' } as const

function OutputsField(): ReactNode {
  const { value, change, isFixed } = useField({ name: 'outputs', label: titles.outputs })
  const rows = (value as readonly Output[] | undefined) ?? []
  const errors = useRowErrors('outputs')
  return (
    <fieldset className={styles.outputs} data-field="outputs">
      <legend>{titles.outputs}</legend>
      {rows.map((row, index) => (
        <div key={index} className={styles.output}>
          <OutputRow
            row={row}
            label={`Output ${index + 1}`}
            isFixed={isFixed}
            onChange={(next) => change(rows.with(index, next))}
          />
          {!isFixed && (
            <ActionIcon
              size={30}
              aria-label={`Remove output ${index + 1}`}
              onClick={() => change(rows.toSpliced(index, 1))}
            >
              <X size={15} aria-hidden />
            </ActionIcon>
          )}
          {errors.row(index) !== undefined && <p role="alert">{errors.row(index)}</p>}
        </div>
      ))}
      {errors.whole !== undefined && <p role="alert">{errors.whole}</p>}
      {!isFixed && (
        <Button
          variant="default"
          leftSection={<Plus size={14} aria-hidden />}
          onClick={() => change([...rows, newOutput])}
        >
          Add output
        </Button>
      )}
    </fieldset>
  )
}

interface OutputRowProps {
  readonly row: Output
  readonly label: string
  readonly isFixed: boolean
  readonly onChange: (row: Output) => void
}

function OutputRow({ row, label, isFixed, onChange }: OutputRowProps): ReactNode {
  const froms = Object.keys(places) as Output['from'][]
  const known = Object.keys(languages) as Output['language'][]
  const hasExpression = row.from === 'header' || (row.from === 'body' && row.language !== 'none')
  const fromAnother = (from: Output['from']): Output => ({
    ...row,
    from,
    language: from === 'body' ? 'jsonpath' : 'none',
    expression: from === 'body' ? '$.' : '',
  })
  return (
    <>
      <TextInput
        aria-label={`${label}: name`}
        placeholder="Name"
        value={row.name}
        readOnly={isFixed}
        onChange={(event) => onChange({ ...row, name: event.currentTarget.value })}
      />
      <NativeSelect
        aria-label={`${label}: from`}
        value={row.from}
        disabled={isFixed}
        data={froms.map((from) => ({ value: from, label: places[from] }))}
        onChange={(event) => onChange(fromAnother(froms.find((from) => from === event.currentTarget.value) ?? 'body'))}
      />
      {row.from === 'body' && (
        <NativeSelect
          aria-label={`${label}: language`}
          value={row.language}
          disabled={isFixed}
          data={known.map((language) => ({ value: language, label: languages[language] }))}
          onChange={(event) => {
            const language = known.find((each) => each === event.currentTarget.value) ?? 'none'
            onChange({ ...row, language, ...(language === 'none' && { expression: '' }) })
          }}
        />
      )}
      {hasExpression && (
        <TextInput
          aria-label={`${label}: ${row.from === 'header' ? 'name of the header' : 'expression'}`}
          placeholder={row.from === 'header' ? 'Content-Type' : '$.items[0].id'}
          value={row.expression}
          readOnly={isFixed}
          onChange={(event) => onChange({ ...row, expression: event.currentTarget.value })}
          spellCheck={false}
          classNames={{ input: styles.mono ?? '' }}
        />
      )}
    </>
  )
}
