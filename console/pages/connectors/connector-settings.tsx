import { useNavigate, useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Answer } from '#contract/caller.ts'
import { type Connector, readConnector, updateConnector } from '#contract/connector.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import { useEditForm } from '../../parts/form/contract-form.ts'
import { Form } from '../../parts/form/form.tsx'
import { ConnectorFields } from './connector-fields.tsx'
import { titles, valuesOf } from './connector-values.ts'

export function ConnectorSettings(): ReactNode {
  const { realm, name } = useParams({ from: '/realms/$realm/connectors/$name/' })
  const { data } = useRead(readConnector, { params: { realm, name } })
  return data && <Settings key={name} realm={realm} stored={data} />
}

function Settings({ realm, stored }: { realm: string; stored: Answer<Connector> }): ReactNode {
  const mayWrite = useMayWrite(realm)
  const navigate = useNavigate()
  const { name } = stored.value
  const edit = useEditForm({
    read: readConnector,
    write: updateConnector,
    params: { realm, name },
    stored,
    valuesOf,
    onDone: (saved) => {
      tellDone(`${saved.name} is saved`)
      if (saved.name === name) return
      void navigate({ to: '/realms/$realm/connectors/$name', params: { realm, name: saved.name }, replace: true })
    },
  })
  return (
    <Form
      of={edit}
      back={{ to: '/realms/$realm/connectors', params: { realm } }}
      titles={titles}
      submitLabel="Save"
      isReadOnly={!mayWrite}
    >
      <ConnectorFields realm={realm} />
    </Form>
  )
}
