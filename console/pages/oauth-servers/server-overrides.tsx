/** Overrides of an OAuth server, and what comes of them: each field's effective value and the layer that set it. */
import { Button, NativeSelect } from '@mantine/core'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { KeyRound, Pencil, Trash2 } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { type OAuthServer, readEffective, readOAuthServer, updateOAuthServer } from '#contract/oauth-server.ts'
import { useRead, useWrite } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { confirm } from '../../parts/dialog/confirm.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import type { Column } from '../../parts/list/column.ts'
import { Section } from '../../parts/page/page.tsx'
import { ProblemAlert, tellProblem } from '../../parts/show/problem.tsx'
import { ShortList } from '../../parts/show/short-list.tsx'
import { Status, Tags } from '../../parts/show/status.tsx'
import { capital } from '../../parts/show/text.ts'
import { Nothing } from '../../parts/show/time.tsx'
import { authorize } from './authorize.ts'
import { secretLayerFields } from './layer-fields.tsx'
import styles from './oauth-servers.module.css'
import { type Layer, layerOf, type Override, overrideValues } from './overrides.ts'
import { type ServerChoices, useServerChoices } from './server-choices.ts'
import { titles } from './server-values.ts'
import { TrialOutcome, TryButton, useTrial } from './try-draft.tsx'

export function OAuthServerOverrides(): ReactNode {
  const { realm, slug } = useParams({ from: '/realms/$realm/oauth-servers/$slug/overrides' })
  const { data } = useRead(readOAuthServer, { params: { realm, slug } })
  const choices = useServerChoices(realm)
  if (data === undefined || choices === undefined) return null
  return (
    <>
      <Overrides server={data.value} choices={choices} />
      <EffectiveValues server={data.value} choices={choices} />
    </>
  )
}

interface OverridesProps {
  readonly server: OAuthServer
  readonly choices: ServerChoices
}

/** Of a secret parameter: `post_parameters.all.key`. */
function titleOf(field: string): string {
  const [list = '', , ...name] = field.split('.')
  if (name.length > 0) return `${titleOf(list)}: ${name.join('.')}`
  return titles[field as keyof typeof titles] ?? field
}

function Overrides({ server, choices: { realm, environments, applications } }: OverridesProps): ReactNode {
  const mayWrite = useMayWrite(realm)
  const navigate = useNavigate()
  const { mutateAsync } = useWrite(updateOAuthServer)
  const { slug, overrides } = server
  const open = ({ kind, name }: Layer) =>
    void navigate({
      to: '/realms/$realm/oauth-servers/$slug/overrides/$kind/$layer',
      params: { realm, slug, kind, layer: name },
    })
  const remove = (override: Override) =>
    void confirm({
      title: `Take away the override of ${layerOf(override).name}?`,
      body: 'Its clients get what the server says, with the next token. Secrets that are given there are forgotten.',
      confirm: 'Take away',
      isDangerous: true,
      run: async () => {
        const left = overrides.filter((each) => each !== override)
        await mutateAsync({ params: { realm, slug }, body: { overrides: left } })
        tellDone('The override is gone')
      },
    })
  const columns: readonly Column<Override>[] = [
    { id: 'name', title: 'For', kind: 'text', value: (override) => layerOf(override).name },
    { id: 'kind', title: 'Kind', kind: 'text', value: (override) => capital(layerOf(override).kind) },
    {
      id: 'fields',
      title: 'Otherwise',
      kind: 'tags',
      render: (override) => <Tags of={Object.keys(overrideValues(server, layerOf(override))).map(titleOf)} />,
    },
  ]
  const free = [
    ...environments.map(({ value }): Layer => ({ kind: 'environment', name: value })),
    ...applications.map(({ value }): Layer => ({ kind: 'application', name: value })),
  ].filter(({ kind, name }) => !overrides.some((each) => each[kind] === name))
  return (
    <Section title="Overrides">
      <p className={styles.hint}>
        An environment and an application may say some fields otherwise. The order is server, environment, application;
        which of them a caller is of, its client says.
      </p>
      <ShortList
        label="Overrides"
        rows={overrides}
        columns={columns}
        idOf={(override) => `${layerOf(override).kind} ${layerOf(override).name}`}
        nameOf={(override) => layerOf(override).name}
        {...(mayWrite && {
          actions: [
            { label: 'Edit', icon: Pencil, run: (override: Override) => open(layerOf(override)) },
            { label: 'Take away', icon: Trash2, isDangerous: true, run: remove },
          ],
        })}
        empty={
          environments.length + applications.length === 0
            ? 'None, and the realm has no environments and no applications yet: make one first.'
            : 'None: every caller gets what the server says.'
        }
      />
      {mayWrite && free.length > 0 && <AddOverride free={free} onChoose={open} />}
    </Section>
  )
}

function AddOverride({ free, onChoose }: { free: readonly Layer[]; onChoose: (layer: Layer) => void }): ReactNode {
  const [chosen, setChosen] = useState('')
  const layer = free[Number(chosen)]
  return (
    <div className={styles.layers}>
      <NativeSelect
        label="For"
        value={chosen}
        onChange={(event) => setChosen(event.currentTarget.value)}
        data={[
          { value: '', label: 'Choose…' },
          ...free.map(({ kind, name }, index) => ({ value: String(index), label: `${capital(kind)} ${name}` })),
        ]}
      />
      <Button
        variant="default"
        disabled={chosen === '' || layer === undefined}
        onClick={() => layer && onChoose(layer)}
      >
        Add override
      </Button>
    </div>
  )
}

interface EffectiveRow {
  readonly field: string
  readonly value: unknown
  readonly layer: 'base' | 'environment' | 'application'
}

const layerWords = { base: 'Server', environment: 'Environment', application: 'Application' } as const

const effectiveColumns: readonly Column<EffectiveRow>[] = [
  { id: 'field', title: 'Field', kind: 'text', value: ({ field }) => titleOf(field) },
  {
    id: 'value',
    title: 'Effective value',
    kind: 'code',
    render: ({ field, value }) =>
      isSecret(field) ? (
        'stored, not shown'
      ) : isNothing(value) ? (
        <Nothing />
      ) : (
        <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>
      ),
  },
  {
    id: 'layer',
    title: 'Set by',
    kind: 'text',
    render: ({ layer }) => <Status tone={layer === 'base' ? 'plain' : 'good'}>{layerWords[layer]}</Status>,
  },
]

function isSecret(field: string): boolean {
  return field.includes('.') || secretLayerFields.includes(field)
}

function isNothing(value: unknown): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

/** As a caller of the chosen environment and application gets it. The choice stands in the address. */
function EffectiveValues({ server: { slug, grant_type, disabled_at }, choices }: OverridesProps): ReactNode {
  const { realm } = choices
  const { environment, application } = useSearch({ from: '/realms/$realm/oauth-servers/$slug/overrides' })
  const navigate = useNavigate()
  const mayWrite = useMayWrite(realm)
  const { outcome, isBusy, run } = useTrial({ realm, slug })
  const query = { ...(environment && { environment }), ...(application && { application }) }
  const { data, error } = useRead(readEffective, { params: { realm, slug }, query })
  const choose = (kind: Layer['kind']) => (event: { currentTarget: { value: string } }) => {
    const chosen = event.currentTarget.value === '' ? undefined : event.currentTarget.value
    void navigate({ to: '.', search: (before: object) => ({ ...before, [kind]: chosen }), replace: true } as never)
  }
  const rows = Object.entries(data?.value.fields ?? {}).map(([field, { value, layer }]) => ({ field, value, layer }))
  return (
    <Section title="Effective values">
      <div className={styles.layers}>
        <NativeSelect
          label="Environment"
          value={environment ?? ''}
          onChange={choose('environment')}
          data={[{ value: '', label: 'None' }, ...choices.environments]}
        />
        <NativeSelect
          label="Application"
          value={application ?? ''}
          onChange={choose('application')}
          data={[{ value: '', label: 'None' }, ...choices.applications]}
        />
        {mayWrite && <TryButton label="Try it" isBusy={isBusy} onTry={() => void run(query)} />}
        {mayWrite && grant_type === 'authorization_code' && disabled_at === null && (
          <Button
            variant="default"
            leftSection={<KeyRound size={14} aria-hidden />}
            onClick={() => void authorize(realm, slug, query).catch(tellProblem)}
          >
            Authorize for it
          </Button>
        )}
        <TrialOutcome of={outcome} />
      </div>
      {error !== null && <ProblemAlert error={error} />}
      {data && (
        <ShortList
          label="Effective values"
          rows={rows}
          columns={effectiveColumns}
          idOf={({ field }) => field}
          nameOf={({ field }) => field}
          empty="Nothing."
        />
      )}
    </Section>
  )
}
