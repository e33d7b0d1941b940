/** The KEY of a realm: when it was set, when it was used, and a new one. */
import { Button, Text } from '@mantine/core'
import { Link, useParams } from '@tanstack/react-router'
import { KeyRound } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { ProblemError } from '#contract/caller.ts'
import { listSecrets } from '#contract/client-secret.ts'
import { updateRealm } from '#contract/realm.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { useCreateForm } from '../../parts/form/contract-form.ts'
import { TextField } from '../../parts/form/fields.tsx'
import { FormDialog } from '../../parts/form/form-dialog.tsx'
import { Section } from '../../parts/page/page.tsx'
import { Empty } from '../../parts/show/empty.tsx'
import { Facts } from '../../parts/show/facts.tsx'
import { ProblemAlert } from '../../parts/show/problem.tsx'
import { Status } from '../../parts/show/status.tsx'
import { Nothing, Time } from '../../parts/show/time.tsx'
import { KeyDialog } from './key-dialog.tsx'
import { realmTitles } from './realm-titles.ts'

export function RealmKey(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/settings/key' })
  if (realm === 'system') {
    return <Empty title="No KEY" text="The realm of administrators has none: its clients have secrets of their own." />
  }
  return <Key key={realm} realm={realm} />
}

function Key({ realm }: { realm: string }): ReactNode {
  const mayWrite = useMayWrite(realm)
  const { data, error, refetch } = useRead(listSecrets, { params: { realm, client_id: realm } })
  const [isOpen, setIsOpen] = useState(false)
  const [value, setValue] = useState<string>()
  // The client comes into being with the first KEY.
  const isMissing = error instanceof ProblemError && error.problem.status === 404
  if (error !== null && !isMissing && data === undefined)
    return <ProblemAlert error={error} onRetry={() => void refetch()} />
  const secret = isMissing ? undefined : data?.value.items.at(0)
  const isSet = secret !== undefined
  return (
    <Section
      title="KEY"
      actions={
        mayWrite && (
          <Button leftSection={<KeyRound size={14} aria-hidden />} onClick={() => setIsOpen(true)}>
            {isSet ? 'Set another KEY' : 'Set a KEY'}
          </Button>
        )
      }
    >
      <Facts
        facts={[
          {
            label: 'State',
            value: isSet ? <Status tone="good">Set</Status> : <Status tone="plain">Not set</Status>,
            hint: 'Only a digest of it is kept. It is shown once, when it is set.',
          },
          {
            label: 'Client ID',
            value: isSet ? <KeyClient realm={realm} /> : <code>{realm}</code>,
            hint: 'The KEY is the secret of this built-in client.',
          },
          { label: 'Set', value: isSet ? <Time at={secret.created_at} show="both" /> : <Nothing /> },
          {
            label: 'Last used',
            value: isSet ? <Time at={secret.last_used_at} show="both" /> : <Nothing says="never" />,
          },
        ]}
      />
      {isOpen && (
        <SetKey
          realm={realm}
          isSet={isSet}
          onClose={() => setIsOpen(false)}
          onDone={(key) => {
            setIsOpen(false)
            setValue(key)
          }}
        />
      )}
      <KeyDialog realm={realm} value={value} onClose={() => setValue(undefined)} />
    </Section>
  )
}

function KeyClient({ realm }: { realm: string }): ReactNode {
  return (
    <Link to="/realms/$realm/clients/$clientId" params={{ realm, clientId: realm }} className="text">
      {realm}
    </Link>
  )
}

interface SetKeyProps {
  readonly realm: string
  readonly isSet: boolean
  readonly onClose: () => void
  readonly onDone: (key: string | undefined) => void
}

function SetKey({ realm, isSet, onClose, onDone }: SetKeyProps): ReactNode {
  const write = useCreateForm({
    operation: updateRealm,
    params: { realm },
    // Null generates one.
    values: { key: null },
    onDone: ({ key }) => onDone(key),
  })
  return (
    <FormDialog of={write} isOpen title={`KEY of ${realm}`} submitLabel="Set KEY" onClose={onClose}>
      <Text size="sm">
        {isSet
          ? 'The KEY before ends at once: every application that uses it is refused until it has the new one. Tokens that it got go on.'
          : 'Applications come with it as the client that is named like the realm. They need the password grant.'}
      </Text>
      <TextField
        name="key"
        label={realmTitles.key}
        isSecret
        hint="At least 24 characters. Empty: one is generated, which is better."
      />
    </FormDialog>
  )
}
